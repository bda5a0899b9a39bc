import { LedgerStopped } from '../port';

/**
 * SQLSTATE classes after which the same statement may well succeed: connection (08), transaction rollback (40), resources
 * (53), operator intervention such as a restart (57), and a server that is read-only or locked for the moment.
 */
const TRANSIENT_CLASSES = new Set(['08', '40', '53', '57']);
const TRANSIENT_STATES = new Set(['25006', '55P03']);
/** With a digit, as all of them have: EPIPE is the system's. */
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;

/**
 * Whether the store was away, as opposed to having refused what it was given. Errors without an SQLSTATE come from the
 * network or the driver and count as away; our own programming errors do not.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof LedgerStopped || error instanceof TypeError || error instanceof RangeError)
    return false;
  const code = codeOf(error);
  if (!SQLSTATE.test(code)) return true;
  return TRANSIENT_CLASSES.has(code.slice(0, 2)) || TRANSIENT_STATES.has(code);
}

/** The code of an error of the database or the system, or an empty text. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
