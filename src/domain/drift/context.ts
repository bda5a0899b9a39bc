/** What a detector may see besides its own case, all of it passed in: an instant, watermarks, other cases, the policy. */
import type { CaseKind, CaseStates } from '../cases/kinds';
import type { LookProduct } from '../cases/quantities';
import { NEWEST_INSTANT } from '../facts/instant';
import type { Policy } from '../policy';
import { type Matter, type ScopedPolicies, scopedPolicies } from '../scoped-policy';
import { matterOf } from './matter';
import { own } from '../own';

/** A feed by the kind of system that would bring it: `scend`/`order`. Current only when all its instances are. */
export interface FeedName {
  kind: string;
  stream: string;
}

export interface FeedClock {
  /** Up to which source clock absence may be called missing; null: nothing was heard yet, or nothing is configured. */
  watermark(feed: FeedName): number | null;
  /** Nothing before it is missing; null: nothing was heard yet. */
  startsAt(kind: string): number | null;
  /** The same of one source, where only that very one can tell. */
  watermarkOf(source: string, stream: string): number | null;
  /** A silent feed of which the policy says that silence means nothing happened. */
  silenceMeansNothing(feed: FeedName): boolean;
}

/** When an evaluation must be repeated if nothing else happens before. */
export interface Wait {
  /**
   * `clock`, `feed:<kind>/<stream>` or `source:<source>/<stream>` (watermark reaches `at`), or `start:<kind>` (startsAt falls to
   * `at`).
   */
  on: string;
  at: number;
}

export type Lookable = 'product' | 'customer' | 'stock' | 'return' | 'tax-codes';

/** Thrown when a looked-at case is not in memory yet: the caller loads it and asks again. */
export type Lookup = (key: string) => CaseStates[Lookable] | null;

/** A case that was looked at; `by` is the evaluation that looked last. */
interface Looked<K extends Lookable> {
  id: string;
  key: string;
  state: CaseStates[K] | null;
  by: number;
}

/** Used for one case after another of one instant: `begin` forgets what the last one waited for and looked at. */
export class DetectContext {
  waits: Wait[] = [];
  /** Those of the evaluation come first; grows once, and is never emptied. */
  private readonly looks: string[] = [];
  private lookCount = 0;
  /** By name: asked about more often than all others together. */
  private readonly products = new Map<string, Looked<'product'>>();
  /** By kind and name. What was looked at stays the same within the instant, whoever looks. */
  private readonly known: { [K in Lookable]: Map<string, Looked<K>> } = {
    product: this.products,
    customer: new Map(),
    stock: new Map(),
    return: new Map(),
    'tax-codes': new Map(),
  };
  /** The two that were asked about last: detectors go through the same few lines one after the other. */
  private newer: Looked<'product'> | null = null;
  private older: Looked<'product'> | null = null;
  /** Those that are defined. */
  private readonly taxCodes = new Set<string>();
  private lastTaxCode: string | null = null;
  private readonly marks = new Map<string, Map<string, number>>();
  private evaluation = 0;
  private readonly derived = new Map<string, { by: number; value: unknown }>();
  private readonly scoped: ScopedPolicies | null;
  private kind: CaseKind | null = null;
  private state: CaseStates[CaseKind] | null = null;
  private own: Policy | null = null;

  constructor(
    readonly now: number,
    readonly document: Policy,
    private readonly feeds: FeedClock,
    private readonly lookup: Lookup,
  ) {
    this.scoped = scopedPolicies(document);
  }

  begin(kind: CaseKind, state: CaseStates[CaseKind]): void {
    this.kind = kind;
    this.state = state;
    this.own = null;
    this.evaluation++;
    this.waits = [];
    this.lookCount = 0;
  }

  /** As it stands for the case that is asked: by its channel, customer, SKU, warehouse or source. */
  get policy(): Policy {
    return this.scoped === null ? this.document : (this.own ??= this.scoped.of(this.matter()));
  }

  /** For a part of the case, such as a line by its SKU. Its finding says `matter` too, so that severity and owner are the part's. */
  policyOf(part: Matter | undefined): Policy {
    if (this.scoped === null || part === undefined) return this.policy;
    return this.scoped.of({ ...this.matter(), ...part });
  }

  /** Whether the policy says of some cases what it does not say of others. */
  get isScoped(): boolean {
    return this.scoped !== null;
  }

  /** Whether a detector need not be asked about this case. */
  isOff(code: string): boolean {
    return own(this.policy.detectors, code)?.enabled === false && this.scoped?.enables(code) !== true;
  }

  private matter(): Matter {
    return this.kind === null || this.state === null ? {} : matterOf(this.kind, this.state);
  }

  /** Keys of the cases that the evaluation looked at; `former`, where they are those. */
  looked(former: string[]): string[] {
    const count = this.lookCount;
    let same = former.length === count;
    for (let i = 0; same && i < count; i++) same = this.looks[i] === former[i];
    return same ? former : this.looks.slice(0, count);
  }

  look<K extends Lookable>(kind: K, id: string): CaseStates[K] | null {
    return this.note(this.admit(kind, this.known[kind], id));
  }

  readonly product: LookProduct = (sku) => this.note(this.productOf(sku));

  private productOf(sku: string): Looked<'product'> {
    const { newer, older } = this;
    if (newer?.id === sku) return newer;
    if (older?.id === sku) return older;
    const looked = this.admit('product', this.products, sku);
    this.older = newer;
    this.newer = looked;
    return looked;
  }

  private note<K extends Lookable>(looked: Looked<K>): CaseStates[K] | null {
    if (looked.by !== this.evaluation) {
      looked.by = this.evaluation;
      this.looks[this.lookCount++] = looked.key;
    }
    return looked.state;
  }

  /**
   * Whether any system's item document defines the SKU. An item is never undefined again, so only a SKU that is not defined
   * is remembered as looked at.
   */
  isItem(sku: string): boolean {
    const looked = this.productOf(sku);
    if (looked.state !== null && looked.state.items.length > 0) return true;
    this.note(looked);
    return false;
  }

  /**
   * Whether a document defines the code of tax; null while none defines any. A code is never undefined again, so only one that
   * is not defined makes the look one that is remembered.
   */
  isTaxCode(code: string): boolean | null {
    if (code === this.lastTaxCode) return true;
    if (this.taxCodes.has(code)) {
      this.lastTaxCode = code;
      return true;
    }
    const looked = this.admit('tax-codes', this.known['tax-codes'], '*');
    const all = looked.state?.taxCodes ?? [];
    if (all.some(({ value }) => value.taxCode === code)) {
      this.taxCodes.add(code);
      return true;
    }
    this.note(looked);
    return all.length === 0 ? null : false;
  }

  private admit<K extends Lookable>(kind: K, among: Map<string, Looked<K>>, id: string): Looked<K> {
    const known = among.get(id);
    if (known) return known;
    const key = `${kind}:${id}`;
    const fresh = { id, key, state: this.lookup(key) as CaseStates[K] | null, by: 0 };
    among.set(id, fresh);
    return fresh;
  }

  /** What several detectors derive from the same case is derived once an evaluation. */
  once<T>(name: string, derive: () => T): T {
    const known = this.derived.get(name);
    if (known?.by === this.evaluation) return known.value as T;
    const value = derive();
    if (known) [known.by, known.value] = [this.evaluation, value];
    else this.derived.set(name, { by: this.evaluation, value });
    return value;
  }

  /** Most wait for one thing, if for any, and an array that grows takes room for sixteen more. */
  private wait(on: string, due: number): false {
    const at = Math.min(due, NEWEST_INSTANT);
    if (this.waits.length === 0) this.waits = [{ on, at }];
    else this.waits.push({ on, at });
    return false;
  }

  /** A standing mismatch: due exactly at `at` is due. Waits for the clock otherwise. */
  due(at: number): boolean {
    if (this.now >= at) return true;
    return this.wait('clock', at);
  }

  /**
   * A mismatch that a message on one of these feeds may still explain: it stands once the clock and all of them have passed
   * `at`. An import brings years of history while our clock stands still, so a grace must run on the feeds' clocks as well.
   */
  told(at: number, feeds: readonly FeedName[]): boolean {
    return this.due(at) && feeds.every((feed) => this.hasPassed(feed, at));
  }

  /** The feed of one source has told everything up to `at`: of others of its kind this one may be the only one that can tell. */
  heard(source: string, feed: FeedName, at: number): boolean {
    if (this.feeds.silenceMeansNothing(feed)) return true;
    const mark = this.feeds.watermarkOf(source, feed.stream);
    if (mark !== null && mark >= at) return true;
    return this.wait(`source:${source}/${feed.stream}`, at);
  }

  private hasPassed({ kind, stream }: FeedName, at: number): boolean {
    if (this.passed(kind, stream) >= at) return true;
    return this.wait(`feed:${kind}/${stream}`, at);
  }

  /** Up to when absence on a feed means something: the same for all that ask within the instant. */
  private passed(kind: string, stream: string): number {
    let streams = this.marks.get(kind);
    if (!streams) this.marks.set(kind, (streams = new Map<string, number>()));
    let mark = streams.get(stream);
    if (mark === undefined) {
      const feed = { kind, stream };
      mark = this.feeds.silenceMeansNothing(feed) ? Infinity : (this.feeds.watermark(feed) ?? -Infinity);
      streams.set(stream, mark);
    }
    return mark;
  }

  /**
   * A counterpart that was due at `dueAt` is missing once the clock and the watermark of its feed have passed that, and only
   * where the feed was there `since` the fact that calls for it. Otherwise it is expected: no drift, but a wait.
   */
  missing(since: number, dueAt: number, feed: FeedName): boolean {
    if (!this.due(dueAt)) return false;
    const startsAt = this.feeds.startsAt(feed.kind);
    if (startsAt === null || since < startsAt) {
      return this.wait(`start:${feed.kind}`, since);
    }
    return this.hasPassed(feed, dueAt);
  }
}
