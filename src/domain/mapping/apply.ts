/**
 * A canonical fact in our words: between the translation of a message and the cases. A function of one fact and the mapping, by
 * the fact's own clock, so the order of arrival changes nothing. What no entry speaks of stays the very object that it was.
 */
import { NotExact } from '../exact';
import type { Body, Canonical, CanonicalType } from '../facts/canonical';
import type { Translation } from '../sources/source-kind';
import { each, withChanges } from './changes';
import type { SourceMapping } from './source-mapping';
import { countedLine, item, price, pricedLine, stockBalance } from './units';

type Apply<T extends CanonicalType> = (body: Body<T>, map: SourceMapping, at: number) => Body<T>;

/** The fields of each fact that a table speaks of; docs/mappings.md has the same list by table. */
const applications: { [T in CanonicalType]?: Apply<T> } = {
  'sales-order': (body, map, at) =>
    withChanges(body, {
      customer: optional(body.customer, (customer) => map.customer(customer, at)),
      ...campaigns(body, map, at),
      status: map.label('sales-order', body.status, at),
      lines: each(body.lines, (line) => {
        const mapped = pricedLine(line, map, at);
        return mapped.nonStock || !map.neverShips(mapped.sku, at) ? mapped : { ...mapped, nonStock: true };
      }),
    }),
  fulfilment: (body, map, at) =>
    withChanges(body, {
      status: map.label('fulfilment', body.status, at),
      lines: each(body.lines, (line) => countedLine(line, map, at)),
    }),
  invoice: (body, map, at) =>
    withChanges(body, {
      customer: optional(body.customer, (customer) => map.customer(customer, at)),
      lines: each(body.lines, (line) => pricedLine(line, map, at)),
    }),
  'credit-note': (body, map, at) =>
    withChanges(body, {
      reason: optional(body.reason, (reason) => map.reason(reason, at)),
      lines: each(body.lines, (line) => pricedLine(line, map, at)),
    }),
  'refund-request': (body, map, at) =>
    withChanges(body, {
      items:
        body.items &&
        each(body.items, (one) => withChanges(one, { sku: optional(one.sku, (sku) => map.sku(sku, at)) })),
    }),
  'stock-balance': stockBalance,
  'stock-reservation': named,
  item,
  'bill-of-materials': (body, map, at) =>
    withChanges(body, { parent: map.sku(body.parent, at), components: skuLines(body.components, map, at) }),
  bundle: (body, map, at) =>
    withChanges(body, { parent: map.sku(body.parent, at), components: skuLines(body.components, map, at) }),
  price,
  customer: (body, map, at) => withChanges(body, { customer: map.customer(body.customer, at) }),
  'tax-code': (body, map, at) => withChanges(body, { taxCode: map.taxCode(body.taxCode, at) }),
  'stock-journal': (body, map, at) =>
    withChanges(body, { sku: map.sku(body.sku, at), reason: map.reason(body.reason, at) }),
  'item-synchronised': (body, map, at) => {
    const sku = map.sku(body.sku, at);
    return withChanges(body, {
      sku,
      baseUom: optional(body.baseUom, (unit) => map.unit(sku, unit, at)?.to ?? unit),
    });
  },
  'warehouse-received': lined,
  'warehouse-rejected': (body, map, at) =>
    withChanges(lined(body, map, at), { reasonCode: map.reason(body.reasonCode, at) }),
  'warehouse-allocated': lined,
  dispatched: lined,
  'return-received': (body, map, at) =>
    withChanges(body, {
      lines: each(body.lines, (line) =>
        withChanges(line, {
          sku: map.sku(line.sku, at),
          toStatus: optional(line.toStatus, (status) => map.stockStatus(status, at)),
        }),
      ),
    }),
  'stock-level': (body, map, at) =>
    withChanges(body, {
      sku: map.sku(body.sku, at),
      statuses: each(body.statuses, (count) =>
        withChanges(count, { status: map.stockStatus(count.status, at) }),
      ),
    }),
  'stock-adjusted': (body, map, at) =>
    withChanges(body, {
      sku: map.sku(body.sku, at),
      status: map.stockStatus(body.status, at),
      reason: optional(body.reason, (reason) => map.reason(reason, at)),
    }),
  'transfer-dispatched': lined,
  'transfer-received': lined,
  'goods-received': lined,
  transmission: (body, map, at) => {
    const { entity, ref } = body;
    if (entity === 'product' || entity === 'item') return withChanges(body, { ref: map.sku(ref, at) });
    return entity === 'customer' ? withChanges(body, { ref: map.customer(ref, at) }) : body;
  },
  'bulk-completed': (body, map, at) =>
    withChanges(body, { skus: each(body.skus, (sku) => map.sku(sku, at)) }),
};

/** A quantity that is not exact in the canonical unit makes the message one that is not understood: nothing is rounded. */
export function mapped(translation: Translation, map: SourceMapping): Translation {
  if (!translation.ok) return translation;
  try {
    // No closure: called at every fact.
    let facts: Canonical[] | null = null;
    for (let i = 0; i < translation.facts.length; i++) {
      const fact = translation.facts[i] as Canonical;
      const after = mappedFact(fact, map);
      if (after !== fact) (facts ??= translation.facts.slice())[i] = after;
    }
    const all = withBundles(facts ?? translation.facts, map);
    return all === translation.facts ? translation : { ok: true, facts: all };
  } catch (error) {
    if (error instanceof NotExact)
      return { ok: false, code: 'message-invalid', reason: error.message, path: null };
    throw error;
  }
}

function mappedFact(fact: Canonical, map: SourceMapping): Canonical {
  // A fact's type and its body always belong together.
  const apply = applications[fact.type] as Apply<'customer'> | undefined;
  if (!apply) return fact;
  const body = apply(fact.body as Body<'customer'>, map, fact.occurredAt);
  return body === fact.body ? fact : ({ ...fact, body } as Canonical);
}

/** Where nothing is said of discounts, nothing is added: none is recognised. */
function campaigns(
  { discountCodes }: Body<'sales-order'>,
  map: SourceMapping,
  at: number,
): Pick<Body<'sales-order'>, 'campaigns'> {
  if (discountCodes.length === 0 || !map.knowsDiscounts) return NOTHING;
  return { campaigns: discountCodes.map((discount) => map.campaign(discount, at)) };
}

const NOTHING = {};

/** The article that a fact defines. */
function definedBy(fact: Canonical): string | null {
  if (fact.type === 'item' || fact.type === 'item-synchronised') return fact.body.sku;
  return fact.type === 'bill-of-materials' ? fact.body.parent : null;
}

/** What defines an article says as well what the mapping says of it as a kit: so its case knows, whichever comes first. */
function withBundles(facts: Canonical[], map: SourceMapping): Canonical[] {
  if (!map.knowsBundles) return facts;
  const told = facts.flatMap((fact): Canonical[] => {
    const sku = definedBy(fact);
    const bundles = sku === null ? undefined : map.bundlesOf(sku);
    return (bundles ?? []).map((body, index) => ({
      type: 'bundle',
      doc: `bundle/${body.parent}/${index}`,
      revision: 0,
      occurredAt: fact.occurredAt,
      body,
    }));
  });
  return told.length === 0 ? facts : [...facts, ...told];
}

function optional<T>(value: T | null, map: (value: T) => T): T | null {
  return value === null ? null : map(value);
}

function named<B extends { sku: string }>(body: B, map: SourceMapping, at: number): B {
  const sku = map.sku(body.sku, at);
  return sku === body.sku ? body : { ...body, sku };
}

function skuLines<L extends { sku: string }>(lines: L[], map: SourceMapping, at: number): L[] {
  return each(lines, (line) => named(line, map, at));
}

/** A document whose lines name SKUs and count in base units. */
function lined<L extends { sku: string }, B extends { lines: L[] }>(
  body: B,
  map: SourceMapping,
  at: number,
): B {
  const lines = skuLines(body.lines, map, at);
  return lines === body.lines ? body : { ...body, lines };
}
