import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Pool } from 'pg';
import { z } from 'zod';
import type { MessageState } from '../../domain/cases/simple';
import { refusalCodes } from '../../domain/sources/source-kind';
import { formatInstant } from '../../domain/facts/instant';
import { instantText, position } from '../drifts/drift-schema';
import { decodeCursor, encodeCursor } from '../lists/cursor';
import { type Page, pageOf } from '../lists/page';
import { filterText, paging, querySchema } from '../requests/query';
import { POOL } from '../tokens';

export const quarantineFilter = querySchema({
  source: filterText.optional(),
  code: z.enum(refusalCodes).optional(),
  ...paging,
});

export const quarantined = z.object({
  position,
  source: z.string(),
  type: z.string().nullable(),
  key: z.string().nullable(),
  recordedAt: instantText,
  code: z.enum(refusalCodes),
  reason: z.string(),
  path: z.string().nullable().describe('The place in the message that does not say what it must.'),
});

export type QuarantinedView = z.output<typeof quarantined>;

export class ListQuarantine extends Query<Page<QuarantinedView>> {
  constructor(readonly filter: z.output<typeof quarantineFilter>) {
    super();
  }
}

const LIST = 'quarantine';
const place = z.tuple([z.number().int()]);

/** A message's first fact is itself; what people did about it comes after. Names and values as the state's JSON has them. */
const MESSAGES = `
  SELECT facts[1] AS position, state FROM live.cases
   WHERE key >= 'message:' AND key < 'message;' AND facts[1] < $1
     AND ($2::text IS NULL OR strpos(state, $2) > 0) AND ($3::text IS NULL OR strpos(state, $3) > 0)
   ORDER BY facts[1] DESC LIMIT $4`;

/** Newest first. */
@QueryHandler(ListQuarantine)
export class ListQuarantineHandler implements IQueryHandler<ListQuarantine> {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  async execute({ filter }: ListQuarantine): Promise<Page<QuarantinedView>> {
    const [before = Number.MAX_SAFE_INTEGER] = decodeCursor(LIST, filter.cursor, place) ?? [];
    const { rows } = await this.pool.query<{ position: number; state: string }>(MESSAGES, [
      before,
      has('source', filter.source),
      has('code', filter.code),
      filter.limit + 1,
    ]);
    return pageOf(
      rows,
      filter.limit,
      ({ state }) => quarantinedView(JSON.parse(state) as MessageState),
      (row) => encodeCursor(LIST, [row.position]),
    );
  }
}

function has(name: string, value: string | undefined): string | null {
  return value === undefined ? null : `${JSON.stringify(name)}:${JSON.stringify(value)}`;
}

function quarantinedView({
  position,
  source,
  type,
  key,
  at,
  code,
  reason,
  path,
}: MessageState): QuarantinedView {
  return { position, source, type, key, recordedAt: formatInstant(at), code, reason, path };
}
