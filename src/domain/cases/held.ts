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

/** The slot with `incoming` in it if it wins; the same slot, by identity, if it loses or is already there. */
export function put<V>(slot: Slot<V>, incoming: Held<V>): Slot<V> {
  for (let i = 0; i < slot.length; i++) {
    const held = slot[i] as Held<V>;
    if (held.key !== incoming.key) continue;
    if (!beats(incoming, held)) return slot;
    const next = slot.slice();
    next[i] = incoming;
    return next;
  }
  return slot.length === 0 ? [incoming] : [...slot, incoming];
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

export function latest<V>(slot: Slot<V>): Held<V> | null {
  let last: Held<V> | null = null;
  for (const held of slot) if (last === null || earlier(held, last) > 0) last = held;
  return last;
}

export function sourceOf(held: Held<unknown>): string {
  return held.key.slice(0, held.key.indexOf('/'));
}
