/**
 * Cases that a rebuild has not touched for long, as the very tuples in which they will be loaded: bytes outside the heap,
 * nothing for the collector to walk through or to move. A case takes what its row takes, so memory can be counted.
 */
import type { Wait } from '../../domain/drift/context';
import type { CaseRecord, DriftRecord } from '../engine/records';
import { type StoredForm, caseRecord, stored } from '../rows';
import { elementBytes, mostBytes, readTuple, refTuples, writeTuple } from './case-tuple';

const SLAB_BYTES = 4 * 1024 * 1024;
/** Tuples of cases that have come back lie idle until there are so many that moving the others pays. */
const IDLE_BYTES = 64 * 1024 * 1024;
/** Pieces of tuples in one chunk. */
const MANY = 10_000;

interface Slab {
  bytes: Buffer;
  used: number;
}

/** Where a case's tuple is, and beside it what is asked of a case without reading it. */
interface Cold {
  slab: Slab;
  start: number;
  end: number;
  waits: readonly Wait[];
  drifts: readonly DriftRecord[];
}

/** What is stored of a case in tables of its own. */
export interface CaseBeside {
  key: string;
  waits: readonly Wait[];
  drifts: readonly DriftRecord[];
}

const NONE: readonly never[] = [];

export class ColdCases {
  private readonly cases = new Map<string, Cold>();
  private slabs: Slab[] = [];
  private idle = 0;
  /** Of the tuples of all cases here. */
  bytes = 0;

  get size(): number {
    return this.cases.size;
  }

  /** Bytes that all slabs take. */
  get held(): number {
    return this.slabs.reduce((sum, slab) => sum + slab.bytes.length, 0);
  }

  put(record: CaseRecord): void {
    const { row, drifts, waits } = stored(record);
    const slab = this.room(mostBytes(row));
    const start = slab.used;
    slab.used = writeTuple(slab.bytes, start, row);
    this.bytes += slab.used - start;
    this.cases.set(record.key, {
      slab,
      start,
      end: slab.used,
      waits: waits.length === 0 ? NONE : waits,
      drifts: drifts.length === 0 ? NONE : drifts,
    });
  }

  private room(bytes: number): Slab {
    const last = this.slabs.at(-1);
    if (last && last.used + bytes <= last.bytes.length) return last;
    const slab = { bytes: Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes)), used: 0 };
    this.slabs.push(slab);
    return slab;
  }

  /** Those of the cases that are here, which they no longer are. */
  take(keys: readonly string[]): CaseRecord[] {
    const records: CaseRecord[] = [];
    for (const key of keys) {
      const cold = this.cases.get(key);
      if (!cold) continue;
      this.cases.delete(key);
      this.bytes -= cold.end - cold.start;
      this.idle += cold.end - cold.start;
      const record = caseRecord(readTuple(cold.slab.bytes, cold.start));
      for (const drift of cold.drifts) record.drifts.set(drift.anchor, drift);
      record.waits = [...cold.waits];
      records.push(record);
    }
    if (this.idle > IDLE_BYTES && this.idle > this.bytes) this.compact();
    return records;
  }

  private compact(): void {
    this.slabs = [];
    this.idle = 0;
    for (const cold of this.cases.values()) {
      const slab = this.room(cold.end - cold.start);
      const { slab: former, start, end } = cold;
      former.bytes.copy(slab.bytes, slab.used, start, end);
      cold.slab = slab;
      cold.start = slab.used;
      cold.end = slab.used += end - start;
    }
  }

  private clear(): void {
    this.cases.clear();
    this.slabs = [];
    this.idle = this.bytes = 0;
  }

  waitsOf(key: string): readonly Wait[] | undefined {
    return this.cases.get(key)?.waits;
  }

  withDrifts(): string[] {
    const open = ({ drifts }: Cold) => drifts.some(({ status }) => status !== 'resolved');
    return [...this.cases].filter(([, cold]) => open(cold)).map(([key]) => key);
  }

  /** Cases that looked at one of these: read one by one, since what is looked at seldom changes. */
  dependents(keys: readonly string[]): string[] {
    const found: string[] = [];
    const needles = keys.map(elementBytes);
    for (const [key, { slab, start, end }] of this.cases) {
      const tuple = slab.bytes.subarray(start, end);
      if (needles.some((needle) => tuple.includes(needle))) found.push(key);
    }
    return found;
  }

  /** The tuples of all, in the order in which they came; none is here afterwards. */
  *drainTuples(): Generator<Buffer> {
    let from: Cold | null = null;
    let to: Cold | null = null;
    for (const cold of this.cases.values()) {
      if (to && to.slab === cold.slab && to.end === cold.start) {
        to = cold;
        continue;
      }
      if (from && to) yield from.slab.bytes.subarray(from.start, to.end);
      from = to = cold;
    }
    if (from && to) yield from.slab.bytes.subarray(from.start, to.end);
    this.clear();
  }

  /** A tuple for each reference of each case. */
  *refTuples(): Generator<Buffer> {
    let some: Buffer[] = [];
    for (const { slab, start } of this.cases.values()) {
      some.push(...refTuples(slab.bytes, start));
      if (some.length < MANY) continue;
      yield Buffer.concat(some);
      some = [];
    }
    yield Buffer.concat(some);
  }

  *beside(): Generator<CaseBeside> {
    for (const [key, { waits, drifts }] of this.cases) {
      if (waits.length > 0 || drifts.length > 0) yield { key, waits, drifts };
    }
  }

  /** All of them; none is here afterwards. */
  drain(): StoredForm[] {
    const forms = [...this.cases.values()].map((cold) => ({
      row: readTuple(cold.slab.bytes, cold.start),
      drifts: [...cold.drifts],
      waits: [...cold.waits],
    }));
    this.clear();
    return forms;
  }
}
