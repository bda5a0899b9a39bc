import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { z } from 'zod';
import type { DiffItem } from '../../projections/diff';
import { Replays } from '../../projections/replays';
import { decodeCursor, encodeCursor } from '../lists/cursor';
import type { Page } from '../lists/page';
import { refusing } from '../refusing';
import { filterText } from '../requests/query';
import type { diffFilter } from './diff-schema';
import { knownReplay } from './replay-view';

export class ListDifferences extends Query<Page<DiffItem>> {
  constructor(
    readonly replay: number,
    readonly filter: z.output<typeof diffFilter>,
  ) {
    super();
  }
}

/** A case's key, and a drift's anchor or how many of the case's items were told. */
const place = z.tuple([filterText, z.union([z.number().int().nonnegative(), z.string().max(1000)])]);

/** A page may have fewer items than its limit, or none, and a cursor still: the next one goes on from there. */
@QueryHandler(ListDifferences)
export class ListDifferencesHandler implements IQueryHandler<ListDifferences> {
  constructor(private readonly replays: Replays) {}

  execute({ replay, filter: { section, limit, cursor } }: ListDifferences): Promise<Page<DiffItem>> {
    return refusing(async () => {
      await knownReplay(this.replays, replay);
      const list = `diff/${replay}/${section}`;
      const { items, place: next } = await this.replays.diffPage(
        replay,
        section,
        decodeCursor(list, cursor, place),
        limit,
      );
      return { items, nextCursor: next && encodeCursor(list, next) };
    });
  }
}
