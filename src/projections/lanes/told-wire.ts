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

const NONE: readonly never[] = [];

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
  const share: StockShare = {
    dispatched: all(dispatched, 3, moveAt),
    posted: all(posted, 4, postedAt),
    returned: all(returned, 6, returnedAt),
  };
  return { from, target, known, facts: factsOf(share), value: share };
}

/** Of most there is one or none, and an array that grows takes room for sixteen more. */
function all<M>(flat: Flat, width: number, at: (flat: Flat, i: number) => M): readonly M[] {
  if (flat.length === 0) return NONE;
  const moves = [at(flat, 0)];
  for (let i = width; i < flat.length; i += width) moves.push(at(flat, i));
  return moves;
}

function moveAt(flat: Flat, i: number): Move {
  return { fact: flat[i] as number, at: flat[i + 1] as number, quantity: flat[i + 2] as number };
}

function postedAt(flat: Flat, i: number): StockShare['posted'][number] {
  return {
    fact: flat[i] as number,
    at: flat[i + 1] as number,
    quantity: flat[i + 2] as number,
    uom: flat[i + 3] as string,
  };
}

function returnedAt(flat: Flat, i: number): StockShare['returned'][number] {
  return {
    key: flat[i + 3] as string,
    fact: flat[i] as number,
    at: flat[i + 1] as number,
    quantity: flat[i + 2] as number,
    toStatus: flat[i + 4] as string | null,
    ref: flat[i + 5] as string,
  };
}
