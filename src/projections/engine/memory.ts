/** The cases in memory, where the others come from, and who looked at whom. */
import { type CaseKind, type CaseStates, caseKinds } from '../../domain/cases/kinds';
import { kindOf } from '../../domain/cases/route';
import type { Wait } from '../../domain/drift/context';
import { type CaseRecord, newInMemory } from './records';

/** Where the cases are that are not in memory. */
export interface CaseSource {
  load(keys: readonly string[]): Promise<CaseRecord[]>;
  /** Stored cases whose evaluation looked at one of these. */
  dependents(keys: readonly string[]): Promise<string[]>;
  /** Stored cases that have a drift which is not resolved. */
  withDrifts(): Promise<string[]>;
  /** What a case waits for that is not in memory, where that is known without loading it. */
  waitsOf?(key: string): readonly Wait[] | undefined;
}

/** How much is kept in memory: so many cases, and so many bytes of them, about. */
export interface MemoryBound {
  cases: number;
  bytes: number;
}

export class CaseMemory {
  /** Null: known to be nowhere. */
  readonly cases = new Map<string, CaseRecord | null>();
  /** What the cases in memory take, about. */
  bytes = 0;
  private uses = 0;
  private readonly lookedBy = new Map<string, Set<string>>();

  constructor(private readonly source: CaseSource) {}

  get(key: string): CaseRecord | null | undefined {
    return this.cases.get(key);
  }

  /** The case, new if there is none; it must have been ensured. */
  begin(key: string): CaseRecord {
    const known = this.cases.get(key);
    if (known) return known;
    const kind = kindOf(key) as CaseKind;
    return this.create(key, kind, caseKinds[kind].initial(key.slice(kind.length + 1)));
  }

  create<K extends CaseKind>(key: string, kind: K, state: CaseStates[K]): CaseRecord {
    const record: CaseRecord = {
      key,
      kind,
      state,
      facts: [],
      chunks: 0,
      waits: [],
      looks: [],
      acts: [],
      drifts: new Map(),
      memory: newInMemory(),
    };
    this.touch(record);
    this.cases.set(key, record);
    return record;
  }

  /** After this every key is in memory, or known to be nowhere. */
  async ensure(keys: readonly string[]): Promise<void> {
    const absent: string[] = [];
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string;
      if (this.cases.has(key)) continue;
      this.cases.set(key, null);
      absent.push(key);
    }
    if (absent.length === 0) return;
    for (const record of await this.source.load(absent)) {
      this.touch(record);
      this.cases.set(record.key, record);
      this.bytes += record.memory.bytes;
      this.index(record.key, record.looks);
    }
  }

  weigh(record: CaseRecord, bytes: number): void {
    this.bytes += bytes - record.memory.bytes;
    record.memory.bytes = bytes;
  }

  exceeds({ cases, bytes }: MemoryBound): boolean {
    return this.cases.size > cases || this.bytes > bytes;
  }

  touch(record: CaseRecord): void {
    record.memory.used = ++this.uses;
  }

  /** True when the case now looks at others than before; it does not where `looks` is the list that it has. */
  relook(record: CaseRecord, looks: string[]): boolean {
    if (looks === record.looks) return false;
    for (const key of record.looks) if (!looks.includes(key)) this.lookedBy.get(key)?.delete(record.key);
    this.index(record.key, looks);
    record.looks = looks;
    return true;
  }

  private index(key: string, looks: readonly string[]): void {
    for (const looked of looks) {
      const known = this.lookedBy.get(looked);
      if (known) known.add(key);
      else this.lookedBy.set(looked, new Set([key]));
    }
  }

  async addDependents(keys: readonly string[], into: Set<string>): Promise<void> {
    for (const key of keys) for (const dependent of this.lookedBy.get(key) ?? []) into.add(dependent);
    for (const key of await this.source.dependents(keys)) into.add(key);
  }

  async addWithDrifts(into: Set<string>): Promise<void> {
    for (const record of this.cases.values()) {
      if (record && [...record.drifts.values()].some((drift) => drift.status !== 'resolved'))
        into.add(record.key);
    }
    for (const key of await this.source.withDrifts()) into.add(key);
  }

  /**
   * Lets the longest unused go, to about three quarters of the bound, and returns them: they must be stored, or kept
   * elsewhere. Whom they looked at is forgotten too: the source is asked for dependents.
   */
  release(bound: MemoryBound): CaseRecord[] {
    if (!this.exceeds(bound)) return [];
    const records: CaseRecord[] = [];
    for (const [key, record] of this.cases) {
      if (record === null) this.cases.delete(key);
      // Feeds are few and always in use.
      else if (record.kind !== 'feed' || bound.cases === 0) records.push(record);
    }
    records.sort((a, b) => a.memory.used - b.memory.used);
    const goal = { cases: Math.ceil((bound.cases * 3) / 4), bytes: Math.ceil((bound.bytes * 3) / 4) };
    const released: CaseRecord[] = [];
    for (const record of records) {
      if (!this.exceeds(goal)) break;
      released.push(record);
      this.cases.delete(record.key);
      this.bytes -= record.memory.bytes;
      for (const looked of record.looks) this.lookedBy.get(looked)?.delete(record.key);
    }
    return released;
  }
}
