/**
 * The fold: blocks of facts in, changed cases, drifts and their history out. The live runner and the rebuild both drive this
 * class and differ only in where cases that are not in memory come from. It reads no clock: a block's `recordedAt` is the
 * instant of everything in it, and all its facts are seen at once, so batching cannot be told from the result.
 */
import { type CaseKind, type CaseStates, caseKinds } from '../../domain/cases/kinds';
import { kindOf, route } from '../../domain/cases/route';
import type { FeedState } from '../../domain/cases/feed';
import type { Held } from '../../domain/cases/held';
import type { Lookable, Wait } from '../../domain/drift/context';
import type { Canonical } from '../../domain/facts/canonical';
import type { Policy } from '../../domain/policy';
import { contributionsChanged } from './contributions';
import { NotLoaded, evaluate } from './evaluate';
import { FeedBook } from './feed-book';
import { reconcile } from './reconcile';
import {
  type CaseRecord,
  type DriftEvent,
  type FactChunk,
  type DriftAct,
  type Readable,
  CHUNK,
} from './records';
import { Schedule } from './schedule';

/** Where the cases are that are not in memory. */
export interface CaseSource {
  load(keys: readonly string[]): Promise<CaseRecord[]>;
  /** Stored cases whose evaluation looked at one of these. */
  dependents(keys: readonly string[]): Promise<string[]>;
  /** Stored cases that have a drift which is not resolved. */
  withDrifts(): Promise<string[]>;
}

export interface EngineSettings {
  policy: Policy;
  startsAt(source: string): number | null;
  expectedIntervalSeconds(source: string): number | null;
}

const DAY = 86_400_000;

export class Engine {
  readonly cases = new Map<string, CaseRecord | null>();
  readonly schedule = new Schedule();
  readonly feeds: FeedBook;
  readonly dirty = new Set<CaseRecord>();
  events: DriftEvent[] = [];
  chunks: FactChunk[] = [];
  readonly failures: { key: string; error: unknown }[] = [];
  position = 0;
  instant = 0;
  private readonly lookedBy = new Map<string, Set<string>>();
  private facets = new Map<string, string>();
  private origins = new Map<string, CaseStates[CaseKind]>();
  private touched = new Set<string>();
  /** Clocks of this instant's facts that run ahead of ours: what they say counts when that moment has come. */
  private readonly ahead = new Set<number>();

  constructor(
    private readonly settings: EngineSettings,
    private readonly source: CaseSource,
  ) {
    this.feeds = new FeedBook(settings.policy, settings.startsAt, settings.expectedIntervalSeconds);
  }

  /** Folds one block: facts of consecutive positions that share one `recordedAt`. */
  async fold(block: readonly Readable[]): Promise<void> {
    const first = block[0];
    const last = block.at(-1);
    if (!first || !last) return;
    this.instant = this.feeds.now = last.recordedAt;
    this.facets.clear();
    this.origins.clear();
    this.touched.clear();
    this.ahead.clear();
    const shape = this.feeds.shape();
    const parts = this.read(block);
    await this.ensure(parts.map(([key]) => key));
    for (const [key, held] of parts) this.apply(key, held, held.fact);
    for (const fact of block) if (fact.own && 'caseKey' in fact.own) await this.act(fact, fact.own);
    await this.spread(first.position);
    const asked = new Set(this.touched);
    await this.addDependents(asked);
    this.addDue(asked);
    if (this.feeds.shape() !== shape) await this.addStanding(asked);
    await this.ask(asked, last.position);
    this.position = last.position;
  }

  /** Feeds and quarantine at once; what concerns cases is returned by case. */
  private read(block: readonly Readable[]): [string, Held<Canonical>][] {
    const parts: [string, Held<Canonical>][] = [];
    for (const fact of block) {
      const { position, source, kind, stream, recordedAt } = fact;
      if (fact.own) {
        if (fact.own.type === 'source.configured')
          this.feeds.configure(fact.own.name, fact.own.kind, recordedAt, position);
        continue;
      }
      const { translation } = fact;
      const ahead = translation.ok
        ? translation.facts.find((each) => each.occurredAt > recordedAt + DAY)
        : undefined;
      if (!translation.ok || ahead) {
        this.feeds.receive(source, kind, stream, null, recordedAt, position);
        this.quarantine(fact, translation.ok ? CLOCK_AHEAD : translation);
        continue;
      }
      let newest: number | null = null;
      for (const canonical of translation.facts) {
        if (newest === null || canonical.occurredAt > newest) newest = canonical.occurredAt;
        const held = {
          key: `${source}/${canonical.doc}`,
          fact: position,
          rev: canonical.revision,
          at: canonical.occurredAt,
          hash: fact.hash,
          value: canonical,
        };
        if (held.at > recordedAt) this.ahead.add(held.at);
        for (const key of route(canonical)) parts.push([key, held]);
      }
      this.feeds.receive(source, kind, stream, newest, recordedAt, position);
      for (const { type, body, occurredAt } of translation.facts) {
        if (type === 'heartbeat')
          this.feeds.heartbeat(body.source, body.stream, occurredAt, recordedAt, position);
      }
    }
    return parts;
  }

  private apply(key: string, held: Held<Canonical>, fact: number): void {
    const record = this.begin(key);
    const kind = caseKinds[record.kind] as (typeof caseKinds)['order'];
    const before = record.state as CaseStates['order'];
    this.remember(record);
    const after = kind.evolve(before, held);
    record.state = after;
    this.note(record, fact);
  }

  private async act(fact: Readable, own: DriftAct): Promise<void> {
    await this.ensure([own.caseKey]);
    const record = this.cases.get(own.caseKey);
    // An act on a case that this mapping does not build stays in the ledger and waits for one that does.
    if (!record) return;
    const { caseKey, anchor, occurrence, valuesHash, actor, comment, assignee } = own;
    const type = own.type.slice('drift.'.length) as 'acknowledged';
    record.acts.push({
      type,
      anchor,
      occurrence,
      valuesHash,
      actor,
      comment,
      assignee,
      fact: fact.position,
      at: fact.recordedAt,
    });
    const drift = record.drifts.get(anchor);
    const { position, recordedAt: at } = fact;
    if (drift) {
      const detail = `${type} by ${actor}`;
      this.events.push({
        caseKey,
        anchor,
        driftId: drift.id,
        occurrence,
        type: 'act',
        position,
        at,
        status: drift.status,
        detail,
      });
    }
    this.note(record, fact.position);
  }

  /** What changed cases tell others, delivered by difference. */
  private async spread(firstPosition: number): Promise<void> {
    for (const [key, before] of this.origins) {
      const record = this.cases.get(key);
      if (!record || record.state === before) continue;
      const changes = contributionsChanged(record.kind, before, record.state);
      if (changes.length === 0) continue;
      await this.ensure(changes.map(({ target }) => target));
      for (const { target, value, facts } of changes) {
        const receiver = this.begin(target);
        this.remember(receiver);
        const kind = caseKinds[receiver.kind] as (typeof caseKinds)['order'];
        receiver.state = kind.receive?.(receiver.state as CaseStates['order'], key, value) ?? receiver.state;
        this.touched.add(target);
        for (const fact of facts) if (fact >= firstPosition) this.note(receiver, fact);
        this.dirty.add(receiver);
      }
    }
  }

  private async addDependents(asked: Set<string>): Promise<void> {
    const changed: string[] = [];
    for (const [key, before] of this.facets) {
      const record = this.cases.get(key);
      if (record && this.facetOf(record) !== before) changed.push(key);
    }
    if (changed.length === 0) return;
    for (const key of changed) for (const dependent of this.lookedBy.get(key) ?? []) asked.add(dependent);
    for (const key of await this.source.dependents(changed)) asked.add(key);
  }

  private addDue(asked: Set<string>): void {
    for (const on of this.schedule.waitingOn()) {
      const reached = this.feeds.reached(on);
      if (reached !== null) this.schedule.take(on, reached, asked);
    }
  }

  /** A feed was connected or became independent: a watermark may have fallen, so what it decided is asked again. */
  private async addStanding(asked: Set<string>): Promise<void> {
    for (const record of this.cases.values()) {
      if (record && [...record.drifts.values()].some((drift) => drift.status !== 'resolved'))
        asked.add(record.key);
    }
    for (const key of await this.source.withDrifts()) asked.add(key);
  }

  private async ask(asked: Set<string>, by: number): Promise<void> {
    const heard = this.feeds.takeChanged();
    await this.ensure([...asked, ...heard.map(feedKey)]);
    for (const feed of heard) this.askFeed(feed, asked);
    let waiting: string[] = [...asked];
    while (waiting.length > 0) {
      const absent = new Set<string>();
      const again: string[] = [];
      for (const key of waiting) {
        try {
          this.evaluate(key, by);
        } catch (error) {
          if (error instanceof NotLoaded) {
            absent.add(error.key);
            again.push(key);
          } else {
            // One case that cannot be judged stops nobody: its drifts stay as they were.
            this.failures.push({ key, error });
          }
        }
      }
      if (absent.size > 0) await this.ensure([...absent]);
      waiting = again;
    }
  }

  private askFeed(state: FeedState, asked: Set<string>): void {
    const key = feedKey(state);
    const record = this.cases.get(key) ?? this.fresh(key, 'feed', state);
    // A feed that came from the store comes without its state's identity; from now on it shares the book's.
    record.state = state;
    this.dirty.add(record);
    asked.add(key);
  }

  private evaluate(key: string, by: number): void {
    const record = this.cases.get(key);
    if (!record) return;
    const { policy } = this.settings;
    const { found, waits, looks } = evaluate(
      record.kind,
      record.state,
      this.instant,
      policy,
      this.feeds,
      this.peek,
    );
    const touched = this.touched.has(key);
    const events = reconcile(record, found, by, this.instant, touched);
    for (const event of events) this.events.push(event);
    const moved = this.relook(record, looks);
    this.waitForClocksAhead(record, waits);
    if (waits.length > 0 || record.waits.length > 0) {
      this.schedule.add(key, waits);
      record.waits = waits;
      this.dirty.add(record);
    }
    if (events.length > 0 || moved || touched || found.length > 0) this.dirty.add(record);
  }

  private readonly peek = (key: string): CaseStates[Lookable] | null => {
    const record = this.cases.get(key);
    if (record === undefined) throw new NotLoaded(key);
    return (record?.state as CaseStates[Lookable] | undefined) ?? null;
  };

  private waitForClocksAhead(record: CaseRecord, waits: Wait[]): void {
    if (this.ahead.size > 0 && this.touched.has(record.key))
      for (const at of this.ahead) waits.push({ on: 'ahead', at });
    for (const wait of record.waits) if (wait.on === 'ahead' && wait.at > this.instant) waits.push(wait);
  }

  private relook(record: CaseRecord, looks: string[]): boolean {
    if (looks.length === record.looks.length && looks.every((key, index) => key === record.looks[index]))
      return false;
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

  private quarantine(
    fact: Readable,
    why: { code: 'message-invalid' | 'message-unmapped'; reason: string; path: string | null },
  ): void {
    const { position, source, type, key } = fact;
    const state = {
      position,
      source,
      type,
      key,
      at: fact.recordedAt,
      code: why.code,
      reason: why.reason,
      path: why.path,
    };
    const record = this.fresh(`message:${position}`, 'message', state);
    this.note(record, position);
  }

  private begin(key: string): CaseRecord {
    const known = this.cases.get(key);
    if (known) return known;
    const kind = kindOf(key) as CaseKind;
    return this.fresh(key, kind, caseKinds[kind].initial(key.slice(kind.length + 1)));
  }

  private fresh<K extends CaseKind>(key: string, kind: K, state: CaseStates[K]): CaseRecord {
    const record: CaseRecord = {
      key,
      kind,
      state,
      subject: key,
      refs: [],
      facts: [],
      chunks: 0,
      waits: [],
      looks: [],
      acts: [],
      drifts: new Map(),
      stored: false,
    };
    this.cases.set(key, record);
    return record;
  }

  /** The state and facet before this instant's first change. */
  private remember(record: CaseRecord): void {
    const { key } = record;
    if (!this.facets.has(key) && caseKinds[record.kind].facet) this.facets.set(key, this.facetOf(record));
    if (!this.origins.has(key) && caseKinds[record.kind].contributions) this.origins.set(key, record.state);
  }

  private facetOf(record: CaseRecord): string {
    const kind = caseKinds[record.kind] as (typeof caseKinds)['product'];
    return kind.facet?.(record.state as CaseStates['product']) ?? '';
  }

  private note(record: CaseRecord, fact: number): void {
    if (!this.touched.has(record.key)) {
      // Maps keep the order of insertion: what is touched goes to the end, so what leaves first is the longest untouched.
      this.cases.delete(record.key);
      this.cases.set(record.key, record);
    }
    this.touched.add(record.key);
    this.dirty.add(record);
    if (record.facts.at(-1) === fact) return;
    record.facts.push(fact);
    if (record.facts.length < CHUNK) return;
    this.chunks.push({ caseKey: record.key, chunk: record.chunks++, positions: record.facts });
    record.facts = [];
  }

  private async ensure(keys: readonly string[]): Promise<void> {
    const absent = keys.filter((key) => !this.cases.has(key));
    if (absent.length === 0) return;
    const wanted = [...new Set(absent)];
    for (const key of wanted) this.cases.set(key, null);
    for (const record of await this.source.load(wanted)) this.admit(record);
  }

  /** What has changed is stored. Keeps at most about `cached` cases in memory, the longest untouched going first. */
  settle(cached: number): CaseRecord[] {
    this.dirty.clear();
    this.events = [];
    this.chunks = [];
    const surplus = this.cases.size - cached;
    if (surplus <= 0) return [];
    const leaving: CaseRecord[] = [];
    let left = surplus + Math.floor(cached / 4);
    for (const [key, record] of this.cases) {
      if (left-- <= 0) break;
      if (record === null) this.cases.delete(key);
      else if (record.kind !== 'feed') leaving.push(record);
    }
    for (const record of leaving) this.forget(record);
    return leaving;
  }

  /** A stored case comes into memory. */
  admit(record: CaseRecord): void {
    this.cases.set(record.key, record);
    this.index(record.key, record.looks);
  }

  /** A case leaves memory; its row must be stored by then. */
  forget(record: CaseRecord): void {
    this.cases.delete(record.key);
    for (const key of record.looks) this.lookedBy.get(key)?.delete(record.key);
  }
}

function feedKey({ source, stream }: FeedState): string {
  return `feed:${source}/${stream}`;
}

const CLOCK_AHEAD = {
  code: 'message-invalid' as const,
  reason: 'its clock is more than a day ahead of ours',
  path: 'occurredAt',
};
