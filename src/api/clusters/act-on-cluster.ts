import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import type { Ledger } from '../../ledger/port';
import { type ActRequest, actFact, actOn } from '../drifts/act-on-drift';
import { DriftEntity } from '../entities/drift.entity';
import { ReadModels } from '../entities/read-models';
import type { Recorded } from '../requests/recorded';
import { LEDGER, POOL } from '../tokens';
import { CheckpointWatch } from '../visibility/checkpoint-watch';
import { VISIBLE_WITHIN_MS } from '../visibility/read-model.interceptor';
import type { ClusterActsView } from './cluster-schema';
import { clusterView } from './cluster-view';
import { findCluster } from './read-clusters';

export type ClusterActRequest = Omit<ActRequest, 'drift'> & { cluster: string };

export class ActOnCluster extends Command<Recorded<ClusterActsView>> {
  constructor(readonly request: ClusterActRequest) {
    super();
  }
}

/** Facts of one append. */
const TOGETHER = 500;

/**
 * The same act on every drift of the cluster that is open now, each a fact of its own. Sent again with the same Idempotency-Key
 * it goes on where it was interrupted, and nothing is done twice.
 */
@CommandHandler(ActOnCluster)
export class ActOnClusterHandler implements ICommandHandler<ActOnCluster> {
  constructor(
    private readonly models: ReadModels,
    private readonly checkpoint: CheckpointWatch,
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(POOL) private readonly pool: Pool,
  ) {}

  async execute({ request }: ActOnCluster): Promise<Recorded<ClusterActsView>> {
    const { id } = await findCluster(this.pool, request.cluster);
    const rows = await this.models
      .of(DriftEntity)
      .find({ where: { cluster: id, status: 'open' }, order: { openedAt: 'ASC', id: 'ASC' } });
    let position: number | null = null;
    let acts = 0;
    for (let from = 0; from < rows.length; from += TOGETHER) {
      const facts = rows.slice(from, from + TOGETHER).map((row) => actFact(actOn(row, keyed(request, row))));
      for (const receipt of await this.ledger.append(facts)) {
        if (!receipt.duplicate) acts++;
        position = Math.max(position ?? 0, receipt.position);
      }
    }
    const visible = position === null || (await this.checkpoint.reached(position, VISIBLE_WITHIN_MS));
    const answer = { cluster: clusterView(await findCluster(this.pool, id)), acts, position };
    return { answer, position, visible };
  }
}

/** One key for the request; what was done to each drift by it is an act of its own. */
function keyed({ cluster, type, idempotencyKey, ...act }: ClusterActRequest, row: DriftEntity): ActRequest {
  const key = idempotencyKey === null ? null : JSON.stringify([idempotencyKey, cluster, type, act, row.id]);
  return { ...act, type, drift: row.id, idempotencyKey: key };
}
