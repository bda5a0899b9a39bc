/** Where history shall end: a position, or the last fact that was recorded until an instant. */
import { formatInstant } from '../domain/facts/instant';
import type { Ledger } from '../ledger/port';

/** There is no such end: the message says where the ledger begins and ends. */
export class EndRefused extends Error {
  readonly code = 'up-to-invalid';
}

/** A position, or epoch ms. */
export type End = { position: number } | { at: number };

/** `now`, epoch ms: what is later has not happened yet. Throws `EndRefused`. */
export async function lastFactOf(ledger: Ledger, end: End, now: number): Promise<number> {
  const head = await ledger.head();
  if ('position' in end) {
    if (end.position <= head.position) return end.position;
    throw new EndRefused(`fact ${end.position} is not recorded: the last one is ${head.position}`);
  }
  const said = formatInstant(end.at);
  if (end.at > now) throw new EndRefused(`${said} is still to come: what history will be then is not known`);
  const [later] = await ledger.find({ from: end.at + 1, limit: 1 });
  const last = later ? later.position - 1 : head.position;
  if (last > 0) return last;
  throw new EndRefused(
    `nothing was recorded until ${said}` +
      (later ? `: the first fact is of ${formatInstant(later.recordedAt)}` : ''),
  );
}
