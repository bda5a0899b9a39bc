import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { z } from 'zod';
import type { Fact, Ledger } from '../../ledger/port';
import { type FactView, factView } from '../facts/fact-view';
import { exactPayload } from '../facts/payload';
import { decodeCursor, encodeCursor } from '../lists/cursor';
import type { Page } from '../lists/page';
import { instantParameter } from '../requests/instant';
import { filterText, paging, querySchema } from '../requests/query';
import { LEDGER } from '../tokens';

export const factFilter = querySchema({
  source: filterText.optional(),
  type: filterText.optional(),
  key: filterText.optional().describe('The business key inside its source.'),
  from: instantParameter('Recorded at or after.').optional(),
  to: instantParameter('Recorded at or before.').optional(),
  ...paging,
});

export class ListFacts extends Query<Page<FactView>> {
  constructor(readonly filter: z.output<typeof factFilter>) {
    super();
  }
}

const LIST = 'facts';
const place = z.tuple([z.number().int()]);
const AT_ONCE = 50;
/** A page ends early rather than grow beyond this. */
const MAX_PAYLOAD_BYTES = 8 * 1024 * 1024;

/** In order of position, byte for byte. */
@QueryHandler(ListFacts)
export class ListFactsHandler implements IQueryHandler<ListFacts> {
  constructor(@Inject(LEDGER) private readonly ledger: Ledger) {}

  async execute({
    filter: { limit, cursor, minPosition: _, ...filter },
  }: ListFacts): Promise<Page<FactView>> {
    const facts: Fact[] = [];
    let [after = 0] = decodeCursor(LIST, cursor, place) ?? [];
    let bytes = 0;
    for (;;) {
      const wanted = Math.min(AT_ONCE, limit - facts.length);
      const maxBytes = MAX_PAYLOAD_BYTES - bytes + 1;
      const found =
        wanted > 0 ? await this.ledger.find({ ...filter, after, limit: wanted + 1, maxBytes }) : [];
      for (const fact of found.slice(0, wanted)) {
        facts.push(fact);
        bytes += Buffer.byteLength(fact.payload);
        after = fact.position;
        if (bytes > MAX_PAYLOAD_BYTES) break;
      }
      const more = found.length > wanted || bytes > MAX_PAYLOAD_BYTES;
      if (more && facts.length < limit && bytes <= MAX_PAYLOAD_BYTES) continue;
      const items = facts.map((fact) => factView(fact, exactPayload));
      return { items, nextCursor: more ? encodeCursor(LIST, [after]) : null };
    }
  }
}
