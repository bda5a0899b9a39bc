/** Facts that could not be folded or stored by one code, mapping and policy: left out by each generation that is made with them. */
import type { ClientBase, Pool } from 'pg';
import { foldFailed } from '../domain/sources/fold-failed';
import { LedgerUnavailable } from '../ledger/port';
import { errorCode } from '../platform/database/errors';
import { isDatabaseAway } from '../platform/pools';
import type { Failures } from './bisect';
import type { Readable } from './engine/records';

export const NO_FAILURES: Failures = new Map();

/** By the fingerprint of what folds. */
export async function readFoldFailures(db: Pool | ClientBase, fingerprint: string): Promise<Failures> {
  const { rows } = await db.query<{ position: number; error: string }>(
    'SELECT position, error FROM app.fold_failures WHERE fingerprint = $1 ORDER BY position',
    [fingerprint],
  );
  return rows.length === 0 ? NO_FAILURES : new Map(rows.map(({ position, error }) => [position, error]));
}

export async function noteFoldFailures(
  client: ClientBase,
  fingerprint: string,
  failures: Failures,
): Promise<void> {
  if (failures.size === 0) return;
  await client.query(
    `INSERT INTO app.fold_failures (fingerprint, position, error)
     SELECT $1, * FROM unnest($2::bigint[], $3::text[]) ON CONFLICT DO NOTHING`,
    [fingerprint, [...failures.keys()], [...failures.values()]],
  );
}

/** The fact as it is folded where it is among those: refused, and in nobody's way. */
export function leavingOut(failures: Failures): (fact: Readable) => Readable {
  if (failures.size === 0) return (fact) => fact;
  return (fact) => {
    const error = failures.get(fact.position);
    return error === undefined
      ? fact
      : { ...fact, own: null, translation: foldFailed(error, 'while it was stored') };
  };
}

/** 22: a value that no column takes; 23: a constraint; 54: larger than a row, an index entry or a statement may be. */
const OF_DATA = /^(22|23|54)/;

/**
 * Whether what went wrong may lie in the facts: an error of the code, or of the database about what it was given. What the
 * database refuses for reasons of its own (away, full, another generation) passes or is an operator's.
 */
export function isOfFacts(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof LedgerUnavailable || isDatabaseAway(error)) return false;
  const code = errorCode(error);
  return code === undefined ? error.name !== 'AbortError' : OF_DATA.test(code);
}
