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
  private readonly byKey = new Map<string, (Span & { value: V })[]>();

  add(key: string, span: Span, value: V): void {
    const known = this.byKey.get(key);
    if (known) known.push({ ...span, value });
    else this.byKey.set(key, [{ ...span, value }]);
  }

  get isEmpty(): boolean {
    return this.byKey.size === 0;
  }

  find(key: string, at: number): V | undefined {
    const spans = this.byKey.get(key);
    if (spans !== undefined) for (const { from, to, value } of spans) if (at >= from && at < to) return value;
    return undefined;
  }
}
