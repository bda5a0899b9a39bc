import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { z } from 'zod';
import type { SelectQueryBuilder } from 'typeorm';
import { DriftEntity } from '../entities/drift.entity';
import { ReadModels } from '../entities/read-models';
import { decodeCursor, encodeCursor } from '../lists/cursor';
import { type Page, pageOf } from '../lists/page';
import { filterText, paging, querySchema } from '../requests/query';
import { type DriftView, driftStatuses, severities } from './drift-schema';
import { driftView } from './drift-view';

export const driftFilter = querySchema({
  status: z
    .enum([...driftStatuses, 'all'])
    .default('open')
    .describe('Default open: what is accepted, or only a consequence of another drift, is left out.'),
  detector: filterText.optional(),
  source: filterText.optional().describe('A system that is one of the sides.'),
  subject: filterText.optional().describe('`<kind>:<id>`, such as order:SC-100901.'),
  severity: z.enum(severities).optional(),
  owner: filterText.optional().describe('Assigned, or named by the policy.'),
  cluster: filterText.optional().describe('Those of one cause, by the identifier of their cluster.'),
  ...paging,
});

export class ListDrifts extends Query<Page<DriftView>> {
  constructor(readonly filter: z.output<typeof driftFilter>) {
    super();
  }
}

const LIST = 'drifts';
const place = z.tuple([z.iso.datetime(), filterText]);

/** Newest first. */
@QueryHandler(ListDrifts)
export class ListDriftsHandler implements IQueryHandler<ListDrifts> {
  constructor(private readonly models: ReadModels) {}

  async execute({ filter }: ListDrifts): Promise<Page<DriftView>> {
    const rows = await this.select(filter)
      .orderBy('d.openedAt', 'DESC')
      .addOrderBy('d.id', 'DESC')
      .limit(filter.limit + 1)
      .getMany();
    return pageOf(rows, filter.limit, driftView, (row) =>
      encodeCursor(LIST, [row.openedAt.toISOString(), row.id]),
    );
  }

  private select(filter: ListDrifts['filter']): SelectQueryBuilder<DriftEntity> {
    const { status, detector, subject, severity, owner, source, cluster } = filter;
    const query = this.models.of(DriftEntity).createQueryBuilder('d');
    if (status !== 'all') query.andWhere('d.status = :status', { status });
    if (detector !== undefined) query.andWhere('d.detector = :detector', { detector });
    if (subject !== undefined) query.andWhere('d.subject = :subject', { subject });
    if (severity !== undefined) query.andWhere('d.severity = :severity', { severity });
    if (cluster !== undefined) query.andWhere('d.cluster = :cluster', { cluster });
    if (owner !== undefined) query.andWhere('d.owner = :owner', { owner });
    if (source !== undefined) {
      // As the finding's JSON has it: inside any other text its quotation marks would be escaped.
      query.andWhere('(d.source = :source OR strpos(d.finding, :side) > 0)', {
        source,
        side: `"system":${JSON.stringify(source)}`,
      });
    }
    const after = decodeCursor(LIST, filter.cursor, place);
    if (after) query.andWhere('(d.openedAt, d.id) < (:openedAt, :id)', { openedAt: after[0], id: after[1] });
    return query;
  }
}
