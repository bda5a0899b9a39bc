/** The mapping of one source, as lookups: each by a word and the instant at which the source said it. */
import { MICRO, parseDecimal } from '../exact';
import { zoneOffset } from '../sources/zone';
import type { KnownSource } from './check';
import type { Body } from '../facts/canonical';
import { type Dated, DatedMap, type Span, spanOf, utc } from './dates';
import { Names } from './names';
import type { MappingDocument } from './tables';
import { type StatusDocument, statusDocuments } from './words';

export interface Unit {
  to: string;
  /** How many of `to` one is, in millionths. */
  factor: number;
}

export type Bundle = Body<'bundle'>;

const ANY = '*';

export class SourceMapping {
  private readonly skus = new Names();
  private readonly customers = new Names();
  private readonly stockStatuses = new DatedMap<string>();
  private readonly reasons = new DatedMap<string>();
  private readonly taxCodes = new DatedMap<string>();
  private readonly labels = new Map(statusDocuments.map((of) => [of, new DatedMap<string>()]));
  private readonly units = new DatedMap<Unit>();
  private readonly skuUnits = new DatedMap<Unit>();
  private readonly never = new DatedMap<true>();
  private readonly patterns: (Span & { parts: readonly string[] })[] = [];
  private readonly discounts = new DatedMap<string>();
  private readonly bundles = new Map<string, Bundle[]>();
  /** Nothing is said of this source. */
  readonly isEmpty: boolean;

  constructor(mapping: MappingDocument, { name, timeZone }: KnownSource) {
    const zone = zoneOffset(timeZone);
    let said = 0;
    /** Its own entries first: they go before those for all sources. */
    const each = <E extends Dated>(entries: readonly E[], add: (entry: E, span: Span) => void) => {
      for (const scope of [name, undefined]) {
        for (const entry of entries) {
          if (entry.source !== scope) continue;
          add(entry, spanOf(entry, zone));
          said++;
        }
      }
    };
    const rename = (entries: readonly (Dated & { from: string; to: string })[], into: DatedMap<string>) => {
      each(entries, ({ from, to }, span) => into.add(from, span, to));
    };
    rename(mapping['sku-aliases'], this.skus);
    this.skus.settle();
    rename(mapping['customer-links'], this.customers);
    this.customers.settle();
    rename(mapping['stock-status'], this.stockStatuses);
    rename(mapping['reason-codes'], this.reasons);
    rename(mapping['tax-codes'], this.taxCodes);
    each(mapping['status-labels'], ({ of, from, to }, span) => this.labels.get(of)?.add(from, span, to));
    each(mapping.units, ({ from, to, factor, sku }, span) => {
      const unit = { to, factor: parseDecimal(factor, 6) ?? MICRO };
      if (sku === undefined) this.units.add(from.toUpperCase(), span, unit);
      else this.skuUnits.add(unitOf(sku, from), span, unit);
    });
    each(mapping['non-stock'], ({ sku, pattern }, span) => {
      if (sku !== undefined) this.never.add(sku, span, true);
      else if (pattern !== undefined) this.patterns.push({ ...span, parts: pattern.split(ANY) });
    });
    rename(mapping['discount-codes'], this.discounts);
    for (const { sku, components, explodeAt, ...dates } of mapping.bundles) {
      const { from, to } = spanOf(dates, utc);
      const parts = components.map((part) => ({
        sku: part.sku,
        quantity: parseDecimal(part.quantity, 6) ?? MICRO,
      }));
      const known = this.bundles.get(sku) ?? [];
      known.push({
        parent: sku,
        components: parts,
        explodeAt,
        validFrom: from === -Infinity ? null : from,
        validTo: to === Infinity ? null : to,
      });
      this.bundles.set(sku, known);
      said++;
    }
    this.isEmpty = said === 0;
  }

  sku(sku: string, at: number): string {
    return this.skus.end(sku, at);
  }

  customer(customer: string, at: number): string {
    return this.customers.end(customer, at);
  }

  stockStatus(status: string, at: number): string {
    return this.stockStatuses.find(status, at) ?? status;
  }

  reason(reason: string, at: number): string {
    return this.reasons.find(reason, at) ?? reason;
  }

  taxCode(taxCode: string, at: number): string {
    return this.taxCodes.find(taxCode, at) ?? taxCode;
  }

  label(of: StatusDocument, status: string, at: number): string {
    return this.labels.get(of)?.find(status, at) ?? status;
  }

  /** Null where the code is not recognised. */
  campaign(code: string, at: number): string | null {
    return this.discounts.find(code, at) ?? null;
  }

  get knowsDiscounts(): boolean {
    return !this.discounts.isEmpty;
  }

  get knowsBundles(): boolean {
    return this.bundles.size > 0;
  }

  /** By our SKU: what it is made of, for all times. Undefined: nothing is said of it. */
  bundlesOf(sku: string): readonly Bundle[] | undefined {
    return this.bundles.get(sku);
  }

  /** By our SKU. What is said of the SKU goes before what is said of the unit. */
  unit(sku: string, unit: string, at: number): Unit | undefined {
    const special = this.skuUnits.isEmpty ? undefined : this.skuUnits.find(unitOf(sku, unit), at);
    return special ?? (this.units.isEmpty ? undefined : this.units.find(unit.toUpperCase(), at));
  }

  /** By our SKU. */
  neverShips(sku: string, at: number): boolean {
    if (this.never.find(sku, at) === true) return true;
    return this.patterns.some(({ from, to, parts }) => at >= from && at < to && matches(sku, parts));
  }
}

function unitOf(sku: string, unit: string): string {
  return `${unit.toUpperCase()} ${sku}`;
}

/** `parts` is the pattern split at its stars. Each part is taken where it first fits, so it costs one pass. */
function matches(text: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return text === first;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}
