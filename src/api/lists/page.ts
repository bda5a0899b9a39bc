/** One page of a list, as every list answers it. */
export interface Page<T> {
  items: T[];
  /** Null on the last page. */
  nextCursor: string | null;
}

/** From what fits of a page's rows, and how many rows there are from its beginning on. */
export function pageWithin<R, T>(
  fitting: readonly R[],
  there: number,
  show: (row: R) => T,
  cursorAfter: (row: R) => string,
): Page<T> {
  const last = fitting.at(-1);
  return {
    items: fitting.map(show),
    nextCursor: there > fitting.length && last !== undefined ? cursorAfter(last) : null,
  };
}

/** From `limit + 1` rows: the surplus one only says that there is a next page. */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  show: (row: R) => T,
  cursorAfter: (row: R) => string,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(show),
    nextCursor: rows.length > limit && last !== undefined ? cursorAfter(last) : null,
  };
}
