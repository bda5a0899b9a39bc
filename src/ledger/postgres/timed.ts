import type { Pool, QueryResult, QueryResultRow } from 'pg';

/** What single statements are asked of. */
export interface Asked {
  query<R extends QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<R>>;
}

/**
 * The pool for single statements that are given up after `ms`, also where the server answers nothing: the driver's own timeout,
 * after which the pool closes the connection. Not for streams, which a slow reader may keep for hours.
 */
export function timed(pool: Pool, ms: number): Asked {
  return {
    query<R extends QueryResultRow>(text: string, values: unknown[] = []) {
      const config = { text, values, query_timeout: ms };
      return pool.query<R>(config);
    },
  };
}
