import { type BulkMessage, generateBulk } from '../../src/simulator';

const SEED = 1;
const DAY_MS = 86_400_000;

/** Clean trading that ends some days ago, so that no clock in it is ahead of ours and none is absurdly old. */
export function trading(facts: number, more: number): Generator<BulkMessage> {
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const lastsDays = Math.ceil(((facts + more) / 1e6) * 7) + 1;
  return generateBulk({ seed: SEED, facts: facts + more, startAt: today - lastsDays * DAY_MS });
}

/** What prepares the world: items, customers, prices, opening stock. */
const ORDER = /SO(1\d{6})/;
/** An order's number begins here, and its life is told in nine messages. */
const FIRST_ORDER = 1_000_000;

/**
 * The first `facts` messages in which every order is told to its end: as a large ledger is, and as the beginning of the
 * stream is not.
 */
export function* completeOrders(facts: number): Generator<BulkMessage> {
  const setup = 4_100;
  const orders = Math.floor((facts - setup) / 9.2);
  let left = facts;
  for (const message of trading(facts * 10, 0)) {
    const order = ORDER.exec(message.body)?.[1];
    if (order !== undefined && Number(order) >= FIRST_ORDER + orders) continue;
    if (left-- <= 0) return;
    yield message;
  }
}
