import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import { z } from 'zod';
import { formatInstant } from '../../domain/facts/instant';
import { tracesOf } from '../../platform/traces/traces-of';
import { AlertEntity } from '../entities/alert.entity';
import { ReadModels } from '../entities/read-models';
import { digestView } from '../digest/digest';
import { instantText, money, position, traceId } from '../drifts/drift-schema';
import { traceOfFact } from '../facts/trace';
import { POOL } from '../tokens';
import { driftChanges } from '../replays/replay-schema';
import { decodeCursor, encodeCursor } from '../lists/cursor';
import { type Page, pageOf } from '../lists/page';
import { paging, querySchema } from '../requests/query';

const statuses = ['pending', 'sent', 'kept', 'dead', 'damped'] as const;
const webhookStatuses = ['pending', 'sent', 'kept', 'dead'] as const;
const kafkaStatuses = ['pending', 'sent', 'dead'] as const;
const kinds = [
  'drift.opened',
  'drift.resolved',
  'drift.accepted',
  'drift.superseded',
  'generation.promoted',
  'import.completed',
  'digest',
] as const;

export const alertFilter = querySchema({
  status: z
    .enum(statuses)
    .optional()
    .describe(
      'kept: nothing was configured to send it to, a route mutes it, or the sums of a promotion tell of it; dead: given up, see lastError; damped: it had ended before it was to be told.',
    ),
  webhook: z.enum(webhookStatuses).optional().describe('How it stands with the outbound webhook.'),
  kafka: z.enum(kafkaStatuses).optional().describe('How it stands with the topic of Kafka.'),
  kind: z.enum(kinds).optional(),
  ...paging,
});

const aboutDrift = z
  .object({
    detector: z.string(),
    severity: z.string(),
    owner: z.string().nullable(),
    subject: z.object({ kind: z.string(), id: z.string() }),
    discriminator: z.string(),
    cause: z.object({ code: z.string(), detail: z.string() }),
    amountAtRisk: money.nullable(),
    unitsAtRisk: z.string().nullable(),
    openedAt: instantText,
    resolvedAt: instantText.nullable(),
    resolvedBy: position.nullable(),
  })
  .describe('The drift as it was then.');

const aboutPromotion = z
  .object({
    generation: z.number().int(),
    former: z.number().int().describe('The generation that was live before, to which a rollback goes.'),
    by: z.string().nullable().describe('Null where a start promoted it.'),
    reason: z.string().nullable(),
    differs: z
      .array(z.object({ name: z.string(), version: z.number().int().nullable() }))
      .describe('What it was made with otherwise: tables of the mapping, `policy`, `code`, `sources`.'),
    drifts: z.array(driftChanges),
  })
  .describe('What a promotion opened, closed and changed.');

const aboutImport = z
  .object({
    import: z.number().int(),
    reason: z.string().nullable(),
    facts: z.number().int().describe('Recorded from its beginning to its end.'),
    drifts: z.array(driftChanges),
  })
  .describe('What an import of history has found that is open at its end.');

export const alert = z.object({
  id: z.number().int(),
  kind: z.enum(kinds),
  drift: z.string().nullable().describe('Null where it is of a promotion, an import or a day.'),
  position,
  status: z.enum(statuses),
  attempts: z.number().int(),
  createdAt: instantText,
  nextAttemptAt: instantText.nullable(),
  sentAt: instantText.nullable(),
  lastError: z.string().nullable(),
  webhook: z
    .object({ status: z.enum(webhookStatuses), attempts: z.number().int(), lastError: z.string().nullable() })
    .describe('How it stands with the outbound webhook.'),
  kafka: z
    .object({ status: z.enum(kafkaStatuses), lastError: z.string().nullable() })
    .describe('How it stands with the topic of Kafka; pending for ever where none is configured.'),
  trace: traceId.describe('Of the fact at which the sides parted, else of the one that it tells of.'),
  about: z
    .union([aboutDrift, aboutPromotion, aboutImport, digestView])
    .nullable()
    .describe('Null where what was kept of it cannot be read: it is dead, and says so in lastError.'),
});

export const alertId = z.coerce.number().int().min(1);

export type AlertView = z.output<typeof alert>;

export class ListAlerts extends Query<Page<AlertView>> {
  constructor(readonly filter: z.output<typeof alertFilter>) {
    super();
  }
}

const KAFKA: Record<(typeof kafkaStatuses)[number], string> = {
  pending: 'a.published_at IS NULL AND a.publish_error IS NULL',
  sent: 'a.published_at IS NOT NULL',
  dead: 'a.published_at IS NULL AND a.publish_error IS NOT NULL',
};

const LIST = 'alerts';
const place = z.tuple([z.number().int()]);

/** Newest first. */
@QueryHandler(ListAlerts)
export class ListAlertsHandler implements IQueryHandler<ListAlerts> {
  constructor(
    private readonly models: ReadModels,
    @Inject(POOL) private readonly pool: Pool,
  ) {}

  async execute({ filter }: ListAlerts): Promise<Page<AlertView>> {
    const { status, webhook, kafka, kind, limit, cursor } = filter;
    const query = this.models.of(AlertEntity).createQueryBuilder('a');
    if (status !== undefined) query.andWhere('a.status = :status', { status });
    if (webhook !== undefined) query.andWhere('a.hook_status = :webhook', { webhook });
    if (kafka !== undefined) query.andWhere(KAFKA[kafka]);
    if (kind !== undefined) query.andWhere('a.kind = :kind', { kind });
    const after = decodeCursor(LIST, cursor, place);
    if (after) query.andWhere('a.id < :id', { id: after[0] });
    const rows = await query
      .orderBy('a.id', 'DESC')
      .limit(limit + 1)
      .getMany();
    const traces = await tracesOf(this.pool, rows.flatMap(factOf));
    return pageOf(
      rows,
      limit,
      (row) => alertView(row, traces),
      ({ id }) => encodeCursor(LIST, [id]),
    );
  }
}

/** As the reactions write it: times are epoch ms. */
const epochMs = z.number().refine((at) => !Number.isNaN(new Date(at).getTime()));
const storedDrift = aboutDrift.extend({
  // Absent from alerts of before there were owners.
  owner: z.string().nullable().default(null),
  openedAt: epochMs,
  resolvedAt: epochMs.nullable(),
  firstDivergence: z.object({ fact: position }).nullish(),
});
type StoredDrift = z.output<typeof storedDrift>;

/** Null where it cannot be read: one such alert leaves the list whole. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function drifted({ driftId, body }: AlertEntity): StoredDrift | null {
  return driftId === null ? null : (storedDrift.safeParse(parsed(body)).data ?? null);
}

/** The fact by whose request an alert is traced; none of a summary. */
function factOf(row: AlertEntity): number[] {
  if (row.driftId === null) return [];
  return [row.kind === 'drift.opened' ? (drifted(row)?.firstDivergence?.fact ?? row.position) : row.position];
}

export function alertView(row: AlertEntity, traces: ReadonlyMap<number, string>): AlertView {
  const [fact] = factOf(row);
  return {
    id: row.id,
    kind: row.kind as AlertView['kind'],
    drift: row.driftId,
    position: row.position,
    status: row.status as AlertView['status'],
    attempts: row.attempts,
    createdAt: row.createdAt.toISOString(),
    nextAttemptAt: row.status === 'pending' ? row.nextAttemptAt.toISOString() : null,
    sentAt: row.sentAt?.toISOString() ?? null,
    lastError: row.lastError,
    webhook: {
      status: row.hookStatus as AlertView['webhook']['status'],
      attempts: row.hookAttempts,
      lastError: row.hookLastError,
    },
    kafka: { status: kafkaStatus(row), lastError: row.publishError },
    trace: fact === undefined ? null : traceOfFact(traces, fact),
    about: aboutOf(row),
  };
}

function kafkaStatus({ publishedAt, publishError }: AlertEntity): AlertView['kafka']['status'] {
  if (publishedAt !== null) return 'sent';
  return publishError === null ? 'pending' : 'dead';
}

function aboutOf(row: AlertEntity): AlertView['about'] {
  if (row.driftId === null)
    return parsed(row.body) as z.output<
      typeof aboutPromotion | typeof aboutImport | typeof digestView
    > | null;
  const drift = drifted(row);
  return drift && driftOf(drift);
}

function driftOf({
  firstDivergence: _,
  openedAt,
  resolvedAt,
  ...drift
}: StoredDrift): z.output<typeof aboutDrift> {
  return {
    ...drift,
    openedAt: formatInstant(openedAt),
    resolvedAt: resolvedAt === null ? null : formatInstant(resolvedAt),
  };
}
