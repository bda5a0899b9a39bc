/** Facts on their way to a lane: columns, and all text payloads as one, since a thread is handed one long text for almost nothing. */
import type { Fact } from '../../ledger/port';
import { type ReadableFact, shortHash } from '../translate';

export interface PackedBlock {
  /** Of the whole block, others' facts included. */
  first: number;
  last: number;
  /** `recordedAt`, epoch ms. */
  at: number;
  positions: number[];
  sources: string[];
  types: (string | null)[];
  keys: (string | null)[];
  clocks: (number | null)[];
  hashes: string[];
  text: string;
  /** Where each payload ends in `text`. */
  ends: number[];
  /** Payloads that are no text, by index. */
  raw: [number, Uint8Array][];
}

export function pack(facts: readonly Fact[], first: number, last: number, at: number): PackedBlock {
  const ends: number[] = [];
  const raw: PackedBlock['raw'] = [];
  const texts: string[] = [];
  let end = 0;
  facts.forEach(({ payload }, index) => {
    if (typeof payload === 'string') {
      texts.push(payload);
      end += payload.length;
    } else raw.push([index, payload]);
    ends.push(end);
  });
  return {
    first,
    last,
    at,
    positions: facts.map((fact) => fact.position),
    sources: facts.map((fact) => fact.source),
    types: facts.map((fact) => fact.type),
    keys: facts.map((fact) => fact.key),
    clocks: facts.map((fact) => fact.occurredAt),
    hashes: facts.map((fact) => shortHash(fact.identity)),
    text: texts.join(''),
    ends,
    raw,
  };
}

export function unpack(block: PackedBlock): ReadableFact[] {
  const raw = new Map(block.raw);
  let from = 0;
  return block.positions.map((position, index) => {
    const end = block.ends[index] ?? from;
    const bytes = raw.get(index);
    const payload = bytes ? Buffer.from(bytes) : block.text.slice(from, end);
    from = end;
    return {
      position,
      source: block.sources[index] ?? '',
      type: block.types[index] ?? null,
      key: block.keys[index] ?? null,
      occurredAt: block.clocks[index] ?? null,
      recordedAt: block.at,
      hash: block.hashes[index] ?? '',
      payload,
    };
  });
}
