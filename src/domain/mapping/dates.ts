/** When an entry holds: half-open spans on a source's clock, and lookups by them. */
import { parseInstant } from '../facts/instant';
import type { ZoneOffset } from '../sources/zone';

export interface Dated {
  source?: string | undefined;
  validFrom?: string | undefined;
  validTo?: string | undefined;
}

/** From `from` on, and no longer at `to`. Epoch ms. */
export interface Span {
  from: number;
  to: number;
}

export const utc: ZoneOffset = () => 0;

/** A date is its midnight, and a time without an offset the wall clock, in the source's zone. Null: not readable. */
export function instantOf(text: string, zone: ZoneOffset): number | null {
  return parseInstant(text.length === 10 ? `${text}T00:00:00` : text, zone);
}

export function spanOf({ validFrom, validTo }: Dated, zone: ZoneOffset): Span {
  const bound = (text: string | undefined, open: number) =>
    text === undefined ? open : (instantOf(text, zone) ?? open);
  return { from: bound(validFrom, -Infinity), to: bound(validTo, Infinity) };
}

/** Values by key and instant. Of several that hold, the one that was added first. */
export class DatedMap<V> {
  /** What holds at every instant is found by one look: most entries have no dates. */
  protected readonly always = new Map<string, V>();
  private readonly dated = new Map<string, (Span & { value: V })[]>();
  /** What was asked about last, where nothing is dated: of a table of few words, units above all, mostly the same again. */
  private lastKey: string | null = null;
  private lastFound: V | undefined;

  add(key: string, { from, to }: Span, value: V): void {
    this.lastKey = null;
    if (this.always.has(key)) return;
    const known = this.dated.get(key);
    if (known) known.push({ from, to, value });
    else if (from === -Infinity && to === Infinity) this.always.set(key, value);
    else this.dated.set(key, [{ from, to, value }]);
  }

  get isEmpty(): boolean {
    return this.always.size === 0 && this.dated.size === 0;
  }

  get hasDates(): boolean {
    return this.dated.size > 0;
  }

  find(key: string, at: number): V | undefined {
    if (key === this.lastKey) return this.lastFound;
    const found = this.always.get(key);
    if (this.dated.size === 0) {
      this.lastKey = key;
      this.lastFound = found;
      return found;
    }
    if (found !== undefined) return found;
    const spans = this.dated.get(key);
    if (spans !== undefined) for (const { from, to, value } of spans) if (at >= from && at < to) return value;
    return undefined;
  }
}
