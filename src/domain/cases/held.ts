import type { Body, CanonicalType } from '../facts/canonical';

/**
 * A case keeps the winning version of every document that concerns it. Of several versions the winner is the highest
 * (revision, occurredAt, content hash), whichever came first: folding is a join, so the order of arrival cannot matter.
 */
export interface Held<V> {
  /** `<source>/<document key>`: unique across sources, and never a bare user-given word. */
  key: string;
  /** Position in the ledger of the winning version. */
  fact: number;
  rev: number;
  /** Business clock, epoch ms. */
  at: number;
  /** Content hash, hex: the last tie-break. */
  hash: string;
  value: V;
  /** The same revision with other content, which lost: the strongest first; absent where there is none. */
  rivals?: readonly Rival<V>[];
  /** The strongest of those that are not kept, where there were more: nothing weaker is kept, however little room it takes. */
  unkept?: { at: number; hash: string };
}

/**
 * How many rivals are kept, and how many characters of JSON beside the first: each is written and compared again at every change of
 * its case. The strongest are kept, so what is kept is the same in any order of arrival.
 */
export const MOST_RIVALS = 8;
const MOST_RIVAL_CHARACTERS = 256 * 1024;

export interface Rival<V> {
  fact: number;
  at: number;
  hash: string;
  value: V;
}

export type Slot<V> = readonly Held<V>[];

/** A canonical fact as cases fold it: its type, and its body as the version of a document. */
export type HeldFact<T extends CanonicalType = CanonicalType> = {
  [K in T]: { type: K; held: Held<Body<K>> };
}[T];

export function beats(a: Held<unknown>, b: Held<unknown>): boolean {
  if (a.rev !== b.rev) return a.rev > b.rev;
  if (a.at !== b.at) return a.at > b.at;
  return a.hash > b.hash;
}

/**
 * The slot with `incoming` in it if it wins, or if it contradicts the winner; the same slot, by identity, if it loses or is
 * already there.
 */
export function put<V>(slot: Slot<V>, incoming: Held<V>): Slot<V> {
  for (let i = 0; i < slot.length; i++) {
    const held = slot[i] as Held<V>;
    if (held.key !== incoming.key) continue;
    const winner =
      held.rev === incoming.rev ? reconciled(held, incoming) : beats(incoming, held) ? incoming : held;
    if (winner === held) return slot;
    const next = slot.slice();
    next[i] = winner;
    return next;
  }
  // A copy by spreading would have room for sixteen more, for as long as it is kept.
  return slot.length === 0 ? [incoming] : slot.concat([incoming]);
}

/** Of one revision said twice: the winner, with every other content that it was said with. `held` itself where that is all. */
export function reconciled<V>(held: Held<V>, incoming: Held<V>): Held<V> {
  if (held.hash === incoming.hash && held.at === incoming.at) return held;
  const wins = beats(incoming, held);
  if (held.rivals === undefined && saysTheSame(held, incoming)) return wins ? incoming : held;
  const { rivals: former = [], unkept, ...known } = held;
  const winner = wins ? incoming : known;
  const rivals: Rival<V>[] = [];
  // The same content in another notation is one rival: the one that would win.
  const all = [...former, rivalOf(wins ? known : incoming)].sort(strongestFirst);
  for (const rival of all) {
    if (!saysTheSame(rival, winner) && !rivals.some((other) => saysTheSame(other, rival))) rivals.push(rival);
  }
  const count = keptOf(rivals, unkept);
  const kept = count < rivals.length ? rivals.slice(0, count) : rivals;
  const next = rivals[count];
  const more =
    next && (!unkept || strongestFirst(next, unkept) < 0) ? { at: next.at, hash: next.hash } : unkept;
  if (!wins && more === unkept && sameRivals(kept, former)) return held;
  if (kept.length === 0) return winner;
  return more ? { ...winner, rivals: kept, unkept: more } : { ...winner, rivals: kept };
}

/** How many of them, the strongest first, are within the bounds and stronger than what was not kept before. */
function keptOf(rivals: readonly Rival<unknown>[], unkept: Held<unknown>['unkept']): number {
  let characters = 0;
  for (const [index, rival] of rivals.entries()) {
    if (index > 0) characters += textOf(rival.value).length;
    if (index === MOST_RIVALS || characters > MOST_RIVAL_CHARACTERS) return index;
    if (unkept && strongestFirst(unkept, rival) < 0) return index;
  }
  return rivals.length;
}

function rivalOf<V>({ fact, at, hash, value }: Held<V>): Rival<V> {
  return { fact, at, hash, value };
}

function strongestFirst(a: Pick<Content, 'at' | 'hash'>, b: Pick<Content, 'at' | 'hash'>): number {
  return b.at - a.at || (a.hash < b.hash ? 1 : a.hash > b.hash ? -1 : 0);
}

function sameRivals(a: readonly Rival<unknown>[], b: readonly Rival<unknown>[]): boolean {
  return a.length === b.length && a.every((rival, index) => rival.fact === b[index]?.fact);
}

/** Another notation of the same is no other content. */
function saysTheSame(a: Content, b: Content): boolean {
  return a.at === b.at && (a.hash === b.hash || textOf(a.value) === textOf(b.value));
}

type Content = Pick<Held<unknown>, 'at' | 'hash' | 'value'>;

/** A value is never changed in place, and one that is contradicted is compared with each that comes. */
const texts = new WeakMap<object, string>();

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null)
    return value === undefined ? 'undefined' : JSON.stringify(value);
  let text = texts.get(value);
  if (text === undefined) texts.set(value, (text = JSON.stringify(value)));
  return text;
}

/** The order in which a case's facts are told: (occurredAt, source and key). Positions play no part. */
export function earlier(a: Held<unknown>, b: Held<unknown>): number {
  return a.at - b.at || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

export function earliest<V>(slot: Slot<V>): Held<V> | null {
  let first: Held<V> | null = null;
  for (const held of slot) if (first === null || earlier(held, first) < 0) first = held;
  return first;
}

/** A slot is never changed in place, and the long ones (counts, balances) are asked of at every move of a SKU. */
const latestOf = new WeakMap<Slot<unknown>, Held<unknown>>();
const SHORT = 3;

/** The two that were asked about last: of one stock case counts and balances, some ten times each. */
const newer: { slot: Slot<unknown>; last: Held<unknown> | null } = { slot: [], last: null };
const older = { ...newer };

export function latest<V>(slot: Slot<V>): Held<V> | null {
  if (slot.length <= SHORT) return latestIn(slot);
  if (newer.slot === slot) return newer.last as Held<V> | null;
  if (older.slot === slot) return older.last as Held<V> | null;
  let last = (latestOf.get(slot) ?? null) as Held<V> | null;
  if (last === null) {
    last = latestIn(slot);
    if (last !== null) latestOf.set(slot, last);
  }
  [older.slot, older.last] = [newer.slot, newer.last];
  [newer.slot, newer.last] = [slot, last];
  return last;
}

function latestIn<V>(slot: Slot<V>): Held<V> | null {
  let last: Held<V> | null = null;
  for (const held of slot) if (last === null || earlier(held, last) > 0) last = held;
  return last;
}

/** The slot itself where nothing in it is later. */
export function upTo<V>(slot: Slot<V>, until: number): Slot<V> {
  return isWithin(slot, until) ? slot : slot.filter((held) => held.at <= until);
}

/** Whether nothing in it is later. */
export function isWithin(slot: Slot<unknown>, until: number): boolean {
  const last = latest(slot);
  return last === null || last.at <= until;
}

export function sourceOf(held: Held<unknown>): string {
  return held.key.slice(0, held.key.indexOf('/'));
}
