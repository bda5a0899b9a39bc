import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { z } from 'zod';
import type { SourceBook } from '../../projections/sources';
import { decodeCursor, encodeCursor } from '../lists/cursor';
import { type Page, pageOf } from '../lists/page';
import { filterText, paging, querySchema } from '../requests/query';
import { SOURCES } from '../tokens';
import { type SourceView, sourceView } from './source-schema';

export const sourceFilter = querySchema({ kind: filterText.optional(), ...paging });

export class ListSources extends Query<Page<SourceView>> {
  constructor(readonly filter: z.output<typeof sourceFilter>) {
    super();
  }
}

const LIST = 'sources';
const place = z.tuple([z.string()]);

/** By name. */
@QueryHandler(ListSources)
export class ListSourcesHandler implements IQueryHandler<ListSources> {
  constructor(@Inject(SOURCES) private readonly sources: SourceBook) {}

  async execute({ filter }: ListSources): Promise<Page<SourceView>> {
    const [after = ''] = decodeCursor(LIST, filter.cursor, place) ?? [];
    await this.sources.reload();
    const rows = this.sources
      .all()
      .filter(({ name, kind }) => name > after && (filter.kind === undefined || kind === filter.kind))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return pageOf(rows, filter.limit, sourceView, ({ name }) => encodeCursor(LIST, [name]));
  }
}
