/**
 * The fold: blocks of facts in, changed cases, drifts and their history out. The live runner and the rebuild both drive this
 * class and differ only in where cases that are not in memory come from. It reads no clock: a block's `recordedAt` is the
 * instant of everything in it, and all its facts are seen at once, so batching cannot be told from the result.
 *
 * One engine may have all cases, or several may share them (`owns`): then what cases tell cases of another engine is
 * `sent`, and what others look at is `shown`, at the end of each instant.
 */
import type { FeedState } from '../../domain/cases/feed';
import { type CaseKind, type CaseStates, caseKinds } from '../../domain/cases/kinds';
import type { MessageState } from '../../domain/cases/simple';
import { DetectContext, type Lookable } from '../../domain/drift/context';
import { NotExact } from '../../domain/exact';
import { takeAct } from './acts';
import { contributionsChanged } from './contributions';
import { Evaluator, NotLoaded } from './evaluate';
import { Failures, messageKey } from './failures';
import type { EngineSettings, Instant } from './instant';
import { FeedBook } from './feed-book';
import { feedKey, inOrder } from './keys';
import { BEYOND_EXACT, type Part } from './intake';
import { CaseMemory, type CaseSource, type MemoryBound } from './memory';
import { type ToldAct, readBlock, refusedMessage } from './reading';
import { reconcile, waitForExpiry } from './reconcile';
import {
  type CaseRecord,
  type DriftEvent,
  type FactChunk,
  type Readable,
  type Shown,
  type Told,
  CHUNK,
} from './records';
import { noteStored } from './rare';
import { NO_CLOCKS, Schedule, addAhead, newWaits } from './schedule';

/** A kind whose state is not known here: what is called with it always came from the same kind. */
type AnyKind = (typeof caseKinds)['order'];
type AnyState = CaseStates['order'];

export class Engine {
  readonly memory: CaseMemory;
  readonly schedule = new Schedule();
  readonly feeds: FeedBook;
  /** What changed since the last `settle`. */
  dirty: CaseRecord[] = [];
  events: DriftEvent[] = [];
  chunks: FactChunk[] = [];
  /** Told and shown to other engines at the last instant. */
  sent: Told[] = [];
  shown: Shown[] = [];
  /** Judgements given up because sums left the exact range; those cases' drifts stay as they were, live and in a replay. */
  unjudged = 0;
  /** Facts that cases were not told of, and cases whose drifts stay as they were. */
  readonly faults = new Failures();
  private parts: readonly Part[] = [];
  position = 0;
  instant = 0;
  /** Counts instants: what a case has noted of an earlier one is over. */
  private turn = 0;
  private touched: CaseRecord[] = [];
  /** Facets and states of this instant's changed cases as they were before it. */
  private facets: { record: CaseRecord; before: string; state: CaseStates[CaseKind] }[] = [];
  private origins: { record: CaseRecord; before: CaseStates[CaseKind] }[] = [];
  /** Cases that others told something. */
  private listeners: CaseRecord[] = [];
  private readonly foreign = new Map<string, CaseStates[Lookable]>();
  private ahead: readonly number[] = [];

  constructor(
    private readonly settings: EngineSettings,
    private readonly source: CaseSource,
    private readonly owns: ((key: string) => boolean) | null = null,
  ) {
    this.memory = new CaseMemory(source);
    this.feeds = new FeedBook(settings.policy, settings.startsAt);
  }

  /** For the log; whoever tells it empties it. */
  get failures(): Failures['untold'] {
    return this.faults.untold;
  }

  get cases(): ReadonlyMap<string, CaseRecord | null> {
    return this.memory.cases;
  }

  /** Folds one block with all that it says: facts of consecutive positions that share one `recordedAt`. */
  async fold(block: readonly Readable[]): Promise<void> {
    const first = block[0];
    const last = block.at(-1);
    if (!first || !last) return;
    const reading = readBlock(block, first.position, last.position, last.recordedAt);
    const reshaped = this.feeds.take(reading);
    await this.step({ ...reading, reshaped, told: [], shown: [] });
  }

  /** One instant. The feeds have been told of it before. */
  async step(instant: Instant): Promise<void> {
    const { first, last, parts, told } = instant;
    this.begin(instant);
    for (const message of instant.refused) this.quarantine(message);
    for (const { key, state } of instant.shown) this.foreign.set(key, state);
    await this.memory.ensure(parts.map(({ key }) => key));
    for (const part of parts) this.apply(part);
    for (const act of instant.acts) await this.act(act);
    await this.hearTold(told, first);
    await this.spread(first);
    this.noteTold();
    const asked = new Set<string>();
    await this.addDependents(asked, instant.shown);
    this.addDue(asked);
    // What a watermark that fell had decided is asked again.
    if (instant.reshaped) await this.memory.addWithDrifts(asked);
    await this.ask(asked, last);
    this.position = last;
  }

  private begin({ at, ahead, parts }: Instant): void {
    this.instant = this.feeds.now = at;
    this.ahead = ahead;
    this.parts = parts;
    this.turn++;
    this.facets = [];
    this.origins = [];
    this.touched = [];
    this.sent = [];
    this.shown = [];
  }

  private quarantine(message: MessageState): void {
    const record = this.memory.create(messageKey(message), 'message', message);
    this.note(record, message.position);
  }

  private apply({ key, fact, from }: Part): void {
    const record = this.memory.begin(key);
    this.memory.weigh(record, record.memory.bytes + from.bytes);
    this.remember(record);
    try {
      record.state = (caseKinds[record.kind] as AnyKind).evolve(record.state as AnyState, fact);
    } catch (error) {
      // One message that cannot be folded, or whose sums leave the exact range, stops nobody.
      if (error instanceof NotExact) this.quarantine(refusedMessage(from, BEYOND_EXACT));
      else this.faults.add({ key, from, error, where: 'while a case was told of it' });
    }
    this.note(record, fact.held.fact);
  }

  private async act(told: ToldAct): Promise<void> {
    const { caseKey } = told.act;
    await this.memory.ensure([caseKey]);
    const record = this.memory.get(caseKey);
    // An act on a case that this mapping does not build stays in the ledger and waits for one that does.
    if (!record) return;
    const event = takeAct(record, told);
    if (event) this.events.push(event);
    this.note(record, told.position);
  }

  /** What changed cases tell others, delivered by difference. */
  private async spread(first: number): Promise<void> {
    for (const { record, before } of this.origins) {
      if (record.state === before) continue;
      const { key } = record;
      const changes = this.trying(record.key, () => contributionsChanged(record, before)) ?? [];
      if (changes.length === 0) continue;
      const own: Told[] = [];
      for (const { target, value, facts, known } of changes) {
        const told = { from: key, target, value, facts, known };
        if (this.owns === null || this.owns(target)) own.push(told);
        else this.sent.push(told);
      }
      await this.hearTold(own, first);
    }
  }

  /** What cases tell each other; where that fails, what was told before holds. */
  private trying<T>(key: string, tell: () => T): T | undefined {
    try {
      return tell();
    } catch (error) {
      this.faults.add({ key, error, where: 'while a case was told of it' });
      return undefined;
    }
  }

  private async hearTold(all: readonly Told[], first: number): Promise<void> {
    if (all.length === 0) return;
    await this.memory.ensure(all.map(({ target }) => target));
    for (const { from, target, value, facts, known } of all) {
      const receiver = this.memory.begin(target);
      this.remember(receiver);
      const { receive } = caseKinds[receiver.kind] as AnyKind;
      const heard = this.trying(target, () => receive?.(receiver.state as AnyState, from, value, known));
      if (heard) receiver.state = heard;
      this.touch(receiver);
      this.markDirty(receiver);
      for (const fact of facts) if (fact >= first) this.heard(receiver).push(fact);
    }
  }

  private heard(receiver: CaseRecord): number[] {
    const { memory } = receiver;
    if (memory.heard === null) {
      memory.heard = [];
      this.listeners.push(receiver);
    }
    return memory.heard;
  }

  /** In the ledger's order, whoever told them first. */
  private noteTold(): void {
    for (const record of this.listeners) {
      const facts = record.memory.heard ?? [];
      record.memory.heard = null;
      inOrder(facts);
      for (let i = 0; i < facts.length; i++)
        if (facts[i] !== facts[i - 1]) this.note(record, facts[i] as number);
    }
    this.listeners = [];
  }

  /** Cases that looked at one that has changed. What has changed here is shown to the other engines, too. */
  private async addDependents(asked: Set<string>, shown: readonly Shown[]): Promise<void> {
    const changed = shown.flatMap(({ key, changed: differs }) => (differs ? [key] : []));
    for (const { record, before, state } of this.facets) {
      if (record.state === state) continue;
      const differs = facetOf(record) !== before;
      const { key } = record;
      if (differs) changed.push(key);
      // Also where nobody is asked again: whoever looks later sees it as it is, and cites the facts that it has now.
      if (this.owns !== null)
        this.shown.push({ key, state: record.state as CaseStates[Lookable], changed: differs });
    }
    if (changed.length > 0) await this.memory.addDependents(changed, asked);
  }

  /** Cases that wait for what has come now. One that has ceased to wait for it is left in peace. */
  private addDue(asked: Set<string>): void {
    for (const on of this.schedule.waitingOn()) {
      const reached = this.feeds.reached(on);
      if (reached === null) continue;
      this.schedule.take(on, reached, (key, at) => {
        const waits = this.memory.get(key)?.waits ?? this.source.waitsOf?.(key);
        if (!waits || waits.some((wait) => wait.on === on && wait.at === at)) asked.add(key);
      });
    }
  }

  /** The touched, and those of other cases that are somewhere. */
  private async ask(others: ReadonlySet<string>, by: number): Promise<void> {
    const heard = this.feeds.takeChanged();
    await this.memory.ensure([...others]);
    await this.memory.ensure(heard.map(feedKey));
    const asked: CaseRecord[] = [];
    const add = (record: CaseRecord | null | undefined) => {
      if (!record || record.memory.asked === this.turn) return;
      record.memory.asked = this.turn;
      asked.push(record);
    };
    for (const record of this.touched) add(record);
    for (const key of others) add(this.memory.get(key));
    for (const state of heard) add(this.hear(state));
    const evaluator = new Evaluator(
      new DetectContext(this.instant, this.settings.policy, this.feeds, this.peek),
    );
    let waiting = asked;
    for (;;) {
      const absent = new Set<string>();
      const again: CaseRecord[] = [];
      for (const record of waiting) {
        try {
          this.evaluate(record, by, evaluator);
        } catch (error) {
          if (error instanceof NotLoaded) {
            absent.add(error.key);
            again.push(record);
          } else if (error instanceof NotExact) this.unjudged++;
          else this.faults.add({ key: record.key, error, where: 'while its case was judged' });
        }
      }
      if (again.length === 0) break;
      await this.memory.ensure([...absent]);
      waiting = again;
    }
    await this.showFailures(by, evaluator);
  }

  /** What this instant failed at, shown as quarantined messages and judged as such. */
  private async showFailures(by: number, evaluator: Evaluator): Promise<void> {
    const messages = this.faults.take(this.parts, (key) => {
      const position = this.memory.get(key)?.facts.at(-1) ?? by;
      return { position, source: 'tallystick', type: null, key, recordedAt: this.instant };
    });
    await this.memory.ensure(messages.map(messageKey));
    for (const message of messages) {
      if (this.memory.get(messageKey(message))) continue;
      this.quarantine(message);
      this.evaluate(this.memory.begin(messageKey(message)), by, evaluator);
    }
  }

  private hear(state: FeedState): CaseRecord {
    const key = feedKey(state);
    const record = this.memory.get(key) ?? this.memory.create(key, 'feed', state);
    // A feed that came from the store comes without its state's identity; from now on it shares the book's.
    record.state = state;
    this.markDirty(record);
    return record;
  }

  private evaluate(record: CaseRecord, by: number, evaluator: Evaluator): void {
    const { found, failed, waits } = evaluator.evaluate(record.kind, record.state);
    for (const { error } of failed)
      this.faults.add({ key: record.key, error, where: 'while its case was judged' });
    const touched = record.memory.touched === this.turn;
    const events = reconcile(record, { found, failed }, by, this.instant, touched);
    waitForExpiry(record.acts, waits, this.instant);
    for (const event of events) this.events.push(event);
    const moved = this.memory.relook(record, evaluator.context.looked(record.looks));
    addAhead(waits, record.waits, touched ? this.ahead : NO_CLOCKS, this.instant);
    if (waits.length > 0 || record.waits.length > 0) {
      this.schedule.add(record.key, newWaits(waits, record.waits));
      record.waits = waits;
      this.markDirty(record);
    }
    if (events.length > 0 || moved || found.length > 0) this.markDirty(record);
  }

  private readonly peek = (key: string): CaseStates[Lookable] | null => {
    if (this.owns !== null && !this.owns(key)) return this.foreign.get(key) ?? null;
    const record = this.memory.get(key);
    if (record === undefined) throw new NotLoaded(key);
    // Being looked at is being used: an article that every order looks at must not be what leaves memory first.
    if (record) this.memory.touch(record);
    return (record?.state as CaseStates[Lookable] | undefined) ?? null;
  };

  /** The state and facet before this instant's first change. */
  private remember(record: CaseRecord): void {
    if (record.memory.remembered === this.turn) return;
    record.memory.remembered = this.turn;
    const { facet, contributions } = caseKinds[record.kind];
    if (facet) this.facets.push({ record, before: facetOf(record), state: record.state });
    if (contributions) this.origins.push({ record, before: record.state });
  }

  /** True for the first time within this instant. */
  private touch(record: CaseRecord): boolean {
    if (record.memory.touched === this.turn) return false;
    record.memory.touched = this.turn;
    this.touched.push(record);
    return true;
  }

  markDirty(record: CaseRecord): void {
    if (record.memory.dirty) return;
    record.memory.dirty = true;
    this.dirty.push(record);
  }

  private note(record: CaseRecord, fact: number): void {
    if (this.touch(record)) this.memory.touch(record);
    this.markDirty(record);
    if (record.facts.at(-1) === fact) return;
    record.facts.push(fact);
    if (record.facts.length < CHUNK) return;
    this.chunks.push({ caseKey: record.key, chunk: record.chunks++, positions: record.facts });
    record.facts = [];
  }

  /** What has changed is stored: forgets that it changed, and keeps no more than `bound` in memory. */
  settle(bound: MemoryBound): void {
    for (const record of this.dirty) {
      record.memory.dirty = false;
      this.memory.weigh(record, record.memory.rowBytes);
      noteStored(record);
    }
    this.dirty = [];
    this.events = [];
    this.chunks = [];
    this.memory.release(bound);
  }

  /** Cases beyond `bound`, changed or not, which the source will be asked for when they are needed again. */
  release(bound: MemoryBound): CaseRecord[] {
    const released = this.memory.release(bound);
    if (released.length === 0) return released;
    for (const record of released) record.memory.dirty = false;
    this.dirty = this.dirty.filter((record) => record.memory.dirty);
    return released;
  }
}

function facetOf(record: CaseRecord): string {
  return (caseKinds[record.kind] as AnyKind).facet?.(record.state as AnyState) ?? '';
}
