/**
 * The fold: blocks of facts in, changed cases, drifts and their history out. The live runner and the rebuild both drive this
 * class and differ only in where cases that are not in memory come from. It reads no clock: a block's `recordedAt` is the
 * instant of everything in it, and all its facts are seen at once, so batching cannot be told from the result.
 */
import type { FeedState } from '../../domain/cases/feed';
import { type CaseKind, type CaseStates, caseKinds } from '../../domain/cases/kinds';
import { DetectContext, type Lookable, type Wait } from '../../domain/drift/context';
import { NotExact } from '../../domain/exact';
import type { Policy } from '../../domain/policy';
import { contributionsChanged } from './contributions';
import { NotLoaded, evaluate } from './evaluate';
import { FeedBook } from './feed-book';
import { BEYOND_EXACT, type Part, addParts, refusalOf } from './intake';
import { CaseMemory, type CaseSource } from './memory';
import { reconcile } from './reconcile';
import {
  type CaseRecord,
  type DriftAct,
  type DriftEvent,
  type FactChunk,
  type Readable,
  CHUNK,
} from './records';
import { Schedule } from './schedule';

export interface EngineSettings {
  policy: Policy;
  startsAt(source: string): number | null;
  expectedIntervalSeconds(source: string): number | null;
}

/** A kind whose state is not known here: what is called with it always came from the same kind. */
type AnyKind = (typeof caseKinds)['order'];
type AnyState = CaseStates['order'];

export class Engine {
  readonly memory: CaseMemory;
  readonly schedule = new Schedule();
  readonly feeds: FeedBook;
  /** What changed since the last `settle`. */
  readonly dirty = new Set<CaseRecord>();
  events: DriftEvent[] = [];
  chunks: FactChunk[] = [];
  /** Judgements given up because sums left the exact range; those cases' drifts stay as they were, live and in a replay. */
  unjudged = 0;
  /** Cases that a fault of ours kept from being judged; their drifts stay as they were. */
  readonly failures: { key: string; error: unknown }[] = [];
  position = 0;
  instant = 0;
  private readonly touched = new Set<string>();
  /** Facets and states of this instant's changed cases as they were before it. */
  private readonly facets = new Map<string, string>();
  private readonly origins = new Map<string, CaseStates[CaseKind]>();
  /** Clocks of this instant's facts that run ahead of ours: what they say counts when that moment has come. */
  private readonly ahead = new Set<number>();

  constructor(
    private readonly settings: EngineSettings,
    source: CaseSource,
  ) {
    this.memory = new CaseMemory(source);
    this.feeds = new FeedBook(settings.policy, settings.startsAt, settings.expectedIntervalSeconds);
  }

  get cases(): ReadonlyMap<string, CaseRecord | null> {
    return this.memory.cases;
  }

  /** Folds one block: facts of consecutive positions that share one `recordedAt`. */
  async fold(block: readonly Readable[]): Promise<void> {
    const first = block[0];
    const last = block.at(-1);
    if (!first || !last) return;
    this.begin(last.recordedAt);
    const shape = this.feeds.shape();
    const parts: Part[] = [];
    for (const fact of block) this.read(fact, parts);
    await this.memory.ensure(keysOf(parts));
    for (const part of parts) this.apply(part);
    for (const fact of block) if (fact.own && 'caseKey' in fact.own) await this.act(fact, fact.own);
    await this.spread(first.position);
    const asked = new Set(this.touched);
    await this.addDependents(asked);
    for (const on of this.schedule.waitingOn()) {
      const reached = this.feeds.reached(on);
      if (reached !== null) this.schedule.take(on, reached, asked);
    }
    // A feed was connected or became independent: a watermark may have fallen, so what it decided is asked again.
    if (this.feeds.shape() !== shape) await this.memory.addWithDrifts(asked);
    await this.ask(asked, last.position);
    this.position = last.position;
  }

  private begin(instant: number): void {
    this.instant = this.feeds.now = instant;
    this.facets.clear();
    this.origins.clear();
    this.touched.clear();
    this.ahead.clear();
  }

  /** Feeds and quarantine at once; what concerns cases becomes parts. */
  private read(fact: Readable, parts: Part[]): void {
    const { position, source, kind, stream, recordedAt, own, translation } = fact;
    if (own) {
      if (own.type === 'source.configured') this.feeds.configure(own.name, own.kind, recordedAt, position);
      return;
    }
    const refusal = refusalOf(fact);
    if (refusal !== null || !translation.ok) {
      this.feeds.receive(source, kind, stream, null, recordedAt, position);
      if (refusal !== null) this.quarantine(fact, refusal);
      return;
    }
    addParts(fact, parts);
    let newest: number | null = null;
    for (const { occurredAt } of translation.facts) {
      if (newest === null || occurredAt > newest) newest = occurredAt;
      if (occurredAt > recordedAt) this.ahead.add(occurredAt);
    }
    this.feeds.receive(source, kind, stream, newest, recordedAt, position);
    for (const { type, body, occurredAt } of translation.facts) {
      if (type === 'heartbeat')
        this.feeds.heartbeat(body.source, body.stream, occurredAt, recordedAt, position);
    }
  }

  private quarantine(fact: Readable, why: NonNullable<ReturnType<typeof refusalOf>>): void {
    const { position, source, type, key, recordedAt: at } = fact;
    const { code, reason, path } = why;
    const record = this.memory.create(`message:${position}`, 'message', {
      position,
      source,
      type,
      key,
      at,
      code,
      reason,
      path,
    });
    this.note(record, position);
  }

  private apply({ key, fact, from }: Part): void {
    const record = this.memory.begin(key);
    this.remember(record);
    try {
      record.state = (caseKinds[record.kind] as AnyKind).evolve(record.state as AnyState, fact);
    } catch (error) {
      // One message whose sums leave the exact range stops nobody.
      if (!(error instanceof NotExact)) throw error;
      this.quarantine(from, BEYOND_EXACT);
    }
    this.note(record, fact.held.fact);
  }

  private async act({ position, recordedAt: at }: Readable, own: DriftAct): Promise<void> {
    await this.memory.ensure([own.caseKey]);
    const record = this.memory.get(own.caseKey);
    // An act on a case that this mapping does not build stays in the ledger and waits for one that does.
    if (!record) return;
    const { caseKey, anchor, occurrence, valuesHash, actor, comment, assignee } = own;
    const type = own.type.slice('drift.'.length) as 'acknowledged';
    record.acts.push({ type, anchor, occurrence, valuesHash, actor, comment, assignee, fact: position, at });
    const drift = record.drifts.get(anchor);
    if (drift) {
      const { id: driftId, status } = drift;
      this.events.push({
        caseKey,
        anchor,
        driftId,
        occurrence,
        type: 'act',
        position,
        at,
        status,
        detail: `${type} by ${actor}`,
      });
    }
    this.note(record, position);
  }

  /** What changed cases tell others, delivered by difference. */
  private async spread(firstPosition: number): Promise<void> {
    for (const [key, before] of this.origins) {
      const record = this.memory.get(key);
      if (!record || record.state === before) continue;
      const changes = contributionsChanged(record.kind, before, record.state);
      if (changes.length === 0) continue;
      await this.memory.ensure(changes.map(({ target }) => target));
      for (const { target, value, facts, known } of changes) {
        const receiver = this.memory.begin(target);
        this.remember(receiver);
        const { receive } = caseKinds[receiver.kind] as AnyKind;
        if (receive) receiver.state = receive(receiver.state as AnyState, key, value, known);
        this.touched.add(target);
        this.dirty.add(receiver);
        for (const fact of facts) if (fact >= firstPosition) this.note(receiver, fact);
      }
    }
  }

  private async addDependents(asked: Set<string>): Promise<void> {
    const changed: string[] = [];
    for (const [key, before] of this.facets) {
      const record = this.memory.get(key);
      if (record && facetOf(record) !== before) changed.push(key);
    }
    if (changed.length > 0) await this.memory.addDependents(changed, asked);
  }

  private async ask(asked: Set<string>, by: number): Promise<void> {
    const heard = this.feeds.takeChanged();
    await this.memory.ensure(asked);
    await this.memory.ensure(heard.map(feedKey));
    for (const state of heard) asked.add(this.hear(state).key);
    const context = new DetectContext(this.instant, this.settings.policy, this.feeds, this.peek);
    let waiting: Iterable<string> = asked;
    for (;;) {
      const absent = new Set<string>();
      const again: string[] = [];
      for (const key of waiting) {
        try {
          this.evaluate(key, by, context);
        } catch (error) {
          if (error instanceof NotLoaded) {
            absent.add(error.key);
            again.push(key);
          } else if (error instanceof NotExact) this.unjudged++;
          else this.failures.push({ key, error });
        }
      }
      if (again.length === 0) return;
      await this.memory.ensure(absent);
      waiting = again;
    }
  }

  private hear(state: FeedState): CaseRecord {
    const key = feedKey(state);
    const record = this.memory.get(key) ?? this.memory.create(key, 'feed', state);
    // A feed that came from the store comes without its state's identity; from now on it shares the book's.
    record.state = state;
    this.dirty.add(record);
    return record;
  }

  private evaluate(key: string, by: number, context: DetectContext): void {
    const record = this.memory.get(key);
    if (!record) return;
    const { found, waits, looks } = evaluate(record.kind, record.state, context);
    const touched = this.touched.has(key);
    const events = reconcile(record, found, by, this.instant, touched);
    for (const event of events) this.events.push(event);
    const moved = this.memory.relook(record, looks);
    this.waitForClocksAhead(record, waits, touched);
    if (waits.length > 0 || record.waits.length > 0) {
      this.schedule.add(key, waits);
      record.waits = waits;
      this.dirty.add(record);
    }
    if (events.length > 0 || moved || found.length > 0) this.dirty.add(record);
  }

  private waitForClocksAhead(record: CaseRecord, waits: Wait[], touched: boolean): void {
    const ahead = new Set(touched ? this.ahead : []);
    for (const { on, at } of record.waits) if (on === 'ahead' && at > this.instant) ahead.add(at);
    for (const at of ahead) waits.push({ on: 'ahead', at });
  }

  private readonly peek = (key: string): CaseStates[Lookable] | null => {
    const record = this.memory.get(key);
    if (record === undefined) throw new NotLoaded(key);
    // Being looked at is being used: an article that every order looks at must not be what leaves memory first.
    if (record) this.memory.touch(record);
    return (record?.state as CaseStates[Lookable] | undefined) ?? null;
  };

  /** The state and facet before this instant's first change. */
  private remember(record: CaseRecord): void {
    const { facet, contributions } = caseKinds[record.kind];
    if (facet && !this.facets.has(record.key)) this.facets.set(record.key, facetOf(record));
    if (contributions && !this.origins.has(record.key)) this.origins.set(record.key, record.state);
  }

  private note(record: CaseRecord, fact: number): void {
    if (!this.touched.has(record.key)) {
      this.touched.add(record.key);
      this.memory.touch(record);
    }
    this.dirty.add(record);
    if (record.facts.at(-1) === fact) return;
    record.facts.push(fact);
    if (record.facts.length < CHUNK) return;
    this.chunks.push({ caseKey: record.key, chunk: record.chunks++, positions: record.facts });
    record.facts = [];
  }

  /** What has changed is stored: forgets that it changed, and keeps about `bound` cases in memory. */
  settle(bound: number): void {
    this.dirty.clear();
    this.events = [];
    this.chunks = [];
    this.memory.release(bound);
  }

  /** Cases beyond `bound`, changed or not, which the source will be asked for when they are needed again. */
  release(bound: number): CaseRecord[] {
    const released = this.memory.release(bound, true);
    for (const record of released) this.dirty.delete(record);
    return released;
  }
}

function facetOf(record: CaseRecord): string {
  return (caseKinds[record.kind] as AnyKind).facet?.(record.state as AnyState) ?? '';
}

function feedKey({ source, stream }: FeedState): string {
  return `feed:${source}/${stream}`;
}

function* keysOf(parts: readonly Part[]): Iterable<string> {
  for (const { key } of parts) yield key;
}
