/**
 * What orders tell stock cases, as lists for the way between threads: half as long without the names of fields, and quicker to
 * write and to read.
 */
import { type Move, type StockShare, factsOf } from '../../domain/cases/order';
import type { Told } from '../engine/records';

type Flat = (string | number | null)[];
type Head = [from: string, target: string, known: boolean];
/** Without a share: what was told before is taken back. The facts are those of its moves. */
export type ToldWire = Head | [...Head, dispatched: Flat, posted: Flat, returned: Flat];

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

export function packTold({ from, target, known, value }: Told): ToldWire {
  if (value === null) return [from, target, known];
  const share = value as StockShare;
  const dispatched: Flat = [];
  const posted: Flat = [];
  const returned: Flat = [];
  for (const { fact, at, quantity } of share.dispatched) dispatched.push(fact, at, quantity);
  for (const { fact, at, quantity, uom } of share.posted) posted.push(fact, at, quantity, uom);
  for (const { key, fact, at, quantity, toStatus, ref } of share.returned)
    returned.push(fact, at, quantity, key, toStatus, ref);
  return [from, target, known, dispatched, posted, returned];
}

export function unpackTold([from, target, known, dispatched, posted, returned]: ToldWire): Told {
  if (!dispatched || !posted || !returned) return { from, target, known, facts: [], value: null };
  const share: Writable<StockShare> = { dispatched: [], posted: [], returned: [] };
  for (let i = 0; i < dispatched.length; i += 3) share.dispatched.push(moveAt(dispatched, i));
  for (let i = 0; i < posted.length; i += 4)
    share.posted.push({ ...moveAt(posted, i), uom: posted[i + 3] as string });
  for (let i = 0; i < returned.length; i += 6) {
    const [key, toStatus, ref] = [returned[i + 3], returned[i + 4], returned[i + 5]];
    share.returned.push({
      key: key as string,
      ...moveAt(returned, i),
      toStatus: toStatus as string | null,
      ref: ref as string,
    });
  }
  return { from, target, known, facts: factsOf(share), value: share };
}

function moveAt(flat: Flat, i: number): Move {
  const [fact, at, quantity] = [flat[i], flat[i + 1], flat[i + 2]];
  return { fact: fact as number, at: at as number, quantity: quantity as number };
}
