import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import { z } from 'zod';
import { readClusters } from '../../projections/clusters';
import { decodeCursor, encodeCursor } from '../lists/cursor';
import { type Page, pageOf } from '../lists/page';
import { unknown } from '../refusals';
import { filterText, paging, querySchema } from '../requests/query';
import { POOL } from '../tokens';
import type { ClusterView } from './cluster-schema';
import { clusterView } from './cluster-view';

export const clusterFilter = querySchema({
  detector: filterText.optional(),
  owner: filterText.optional().describe('Of one that is open in it.'),
  ...paging,
});

export class ListClusters extends Query<Page<ClusterView>> {
  constructor(readonly filter: z.output<typeof clusterFilter>) {
    super();
  }
}

export class GetCluster extends Query<ClusterView> {
  constructor(readonly id: string) {
    super();
  }
}

const LIST = 'clusters';
const place = z.tuple([z.number().int(), filterText]);

/** The greatest first. */
@QueryHandler(ListClusters)
export class ListClustersHandler implements IQueryHandler<ListClusters> {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  async execute({ filter }: ListClusters): Promise<Page<ClusterView>> {
    const { detector, owner, limit, cursor } = filter;
    const after = decodeCursor(LIST, cursor, place);
    const clusters = await readClusters(this.pool, {
      detector,
      owner,
      limit: limit + 1,
      ...(after && { after: { open: after[0], id: after[1] } }),
    });
    return pageOf(clusters, limit, clusterView, ({ open, id }) => encodeCursor(LIST, [open, id]));
  }
}

@QueryHandler(GetCluster)
export class GetClusterHandler implements IQueryHandler<GetCluster> {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  async execute({ id }: GetCluster): Promise<ClusterView> {
    return clusterView(await findCluster(this.pool, id));
  }
}

/** Throws `cluster-unknown`. */
export async function findCluster(pool: Pool, id: string) {
  const [found] = /^[0-9a-f]{1,64}$/.test(id) ? await readClusters(pool, { ids: [id], limit: 1 }) : [];
  if (!found) throw unknown('cluster', id);
  return found;
}
