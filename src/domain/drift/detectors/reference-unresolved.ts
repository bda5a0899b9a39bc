import { type Held, earliest } from '../../cases/held';
import type { CaseKind, CaseStates } from '../../cases/kinds';
import { type OrderState, salesOrderOf } from '../../cases/order';
import type { StockState } from '../../cases/stock';
import { graceMs } from '../../policy';
import type { Matter } from '../../scoped-policy';
import type { DetectContext, FeedName } from '../context';
import type { Detector } from '../detector';
import { customer, dispatched, hours, item, alive, level, salesOrder, synchronised } from '../examples';
import { type Finding, NO_FINDINGS, divergedAt } from '../finding';

const CODE = 'reference-unresolved';
const GRACE_SECONDS = 24 * 3600;

/** A reference and the first fact of the case, by its own clock, that makes it: one drift a reference, not one a message. */
interface Reference {
  kind: 'order' | 'sku' | 'customer';
  id: string;
  by: Held<unknown>;
}

const FEEDS: Record<Reference['kind'], FeedName> = {
  order: { kind: 'prima', stream: 'SalesOrder' },
  sku: { kind: 'prima', stream: 'Item' },
  customer: { kind: 'prima', stream: 'Customer' },
};

const order = unresolved('order', ofOrder, {
  opens: {
    facts: [customer(hours(-9)), item(hours(-9)), dispatched(hours(0)), alive('prima', hours(25))],
    at: hours(25),
    subject: 'fact:3',
    cause: 'unknown-order',
  },
  staysClosed: {
    facts: [customer(hours(-9)), item(hours(-9)), dispatched(hours(0)), alive('prima', hours(23))],
    at: hours(25),
  },
  resolves: { by: [salesOrder(hours(26))] },
});

const stock = unresolved('stock', ofStock, {
  opens: {
    facts: [alive('prima', hours(-9)), level(hours(0), 5), alive('prima', hours(25))],
    at: hours(25),
    subject: 'fact:2',
    cause: 'unknown-sku',
  },
  staysClosed: { facts: [item(hours(-9)), level(hours(0), 5), alive('prima', hours(25))], at: hours(25) },
  resolves: { by: [item(hours(26))] },
});

const product = unresolved('product', ofProduct, {
  opens: {
    facts: [alive('prima', hours(-9)), synchronised(hours(0)), alive('prima', hours(25))],
    at: hours(25),
    subject: 'fact:2',
    cause: 'unknown-sku',
  },
  staysClosed: { facts: [item(hours(-9)), synchronised(hours(0)), alive('prima', hours(25))], at: hours(25) },
  resolves: { by: [item(hours(26))] },
});

export const referenceUnresolved = [order, stock, product] as const;

function unresolved<K extends CaseKind>(
  on: K,
  references: (state: CaseStates[K], context: DetectContext) => readonly Reference[],
  examples: Detector['examples'],
): Detector<K> {
  return {
    code: CODE,
    on,
    meaning: "A fact names an order, SKU or customer that no system's own document defines.",
    severity: 'medium',
    graceSeconds: GRACE_SECONDS,
    parts: ['sku'],
    causes: ['unknown-order', 'unknown-sku', 'unknown-customer'],
    supersedes: [],
    detect(state, context) {
      const all = references(state, context);
      if (all.length === 0) return NO_FINDINGS;
      const findings: Finding[] = [];
      for (const reference of all) {
        const policy = context.policyOf(matterOf(reference));
        const dueAt = reference.by.at + graceMs(policy, CODE, GRACE_SECONDS);
        if (context.missing(reference.by.at, dueAt, FEEDS[reference.kind]))
          findings.push(finding(reference, dueAt));
      }
      return findings;
    },
    examples,
  };
}

function ofOrder(state: OrderState, context: DetectContext): readonly Reference[] {
  const order = salesOrderOf(state);
  const customer = order?.value.customer ?? null;
  const isKnown = order !== null && (customer === null || isCustomer(customer, context));
  const skus = undefinedSkus(state, context);
  if (isKnown && skus.length === 0) return NONE;
  const found: Reference[] = [];
  if (order === null) {
    const by = earliest(documents(state));
    if (by) found.push({ kind: 'order', id: state.orderNo, by });
  } else if (!isKnown) found.push({ kind: 'customer', id: customer ?? '', by: order });
  for (const sku of skus) {
    const by = earliest(lined(state).filter((held) => held.value.lines.some((line) => line.sku === sku)));
    if (by) found.push({ kind: 'sku', id: sku, by });
  }
  return found;
}

/** Looked at also where it is known: by that the cases of a block are brought into memory ahead. */
function isCustomer(customer: string, context: DetectContext): boolean {
  return (context.look('customer', customer)?.customers.length ?? 0) > 0;
}

type Lined = Held<{ lines: readonly { sku: string }[] }>;

/** The documents that name SKUs. */
function lined(state: OrderState): Lined[] {
  return [
    ...state.salesOrders,
    ...state.received,
    ...state.rejected,
    ...state.allocated,
    ...state.dispatched,
    ...state.fulfilments,
    ...state.invoices,
    ...state.returned,
  ];
}

/** Named on any document, defined by none. A charge is not a reference: `non-stock-item-missing` tells of those. */
function undefinedSkus(state: OrderState, context: DetectContext): readonly string[] {
  const ordered = salesOrderOf(state)?.value.lines ?? NONE;
  if (allDefined(state, ordered, context)) return NONE;
  const skus = new Set(lined(state).flatMap(({ value }) => value.lines.map(({ sku }) => sku)));
  return [...skus].filter((sku) => !isDefined(sku, ordered, context));
}

type OrderLines = readonly { sku: string; nonStock: boolean }[];

function isDefined(sku: string, ordered: OrderLines, context: DetectContext): boolean {
  return context.isItem(sku) || ordered.some((line) => line.nonStock && line.sku === sku);
}

/** Asked at every fact of every order, so it makes nothing. */
function allDefined(state: OrderState, ordered: OrderLines, context: DetectContext): boolean {
  for (const { value } of state.salesOrders)
    for (const { sku } of value.lines) if (!isDefined(sku, ordered, context)) return false;
  for (const { value } of state.received) if (!repeated(value.lines, ordered, context)) return false;
  for (const { value } of state.rejected) if (!repeated(value.lines, ordered, context)) return false;
  for (const { value } of state.allocated) if (!repeated(value.lines, ordered, context)) return false;
  for (const { value } of state.dispatched) if (!repeated(value.lines, ordered, context)) return false;
  for (const { value } of state.fulfilments) if (!repeated(value.lines, ordered, context)) return false;
  for (const { value } of state.invoices) if (!repeated(value.lines, ordered, context)) return false;
  for (const { value } of state.returned) if (!repeated(value.lines, ordered, context)) return false;
  return true;
}

/** Most documents repeat the order's lines, which are asked about already. */
function repeated(lines: readonly { sku: string }[], ordered: OrderLines, context: DetectContext): boolean {
  for (let i = 0; i < lines.length; i++) {
    const { sku } = lines[i] as { sku: string };
    if (i < ordered.length && (ordered[i] as { sku: string }).sku === sku) continue;
    if (!isDefined(sku, ordered, context)) return false;
  }
  return true;
}

const NONE: readonly never[] = [];

function documents(state: OrderState): Held<unknown>[] {
  const others = [
    state.manifested,
    state.warehouseCancelled,
    state.creditNotes,
    state.refundRequests,
    state.transmissions,
  ];
  return [...lined(state), ...others.flat()];
}

function ofStock(state: StockState, context: DetectContext): Reference[] {
  if ((context.product(state.sku)?.items.length ?? 0) > 0) return [];
  const by = earliest<unknown>([
    ...state.counts,
    ...state.adjusted,
    ...state.movements,
    ...state.balances,
    ...state.journals,
  ]);
  return by ? [{ kind: 'sku', id: state.sku, by }] : [];
}

function ofProduct(state: CaseStates['product']): Reference[] {
  if (state.items.length > 0) return [];
  const by = earliest<unknown>([
    ...state.synchronised,
    ...state.boms,
    ...state.prices,
    ...state.transmissions,
  ]);
  return by ? [{ kind: 'sku', id: state.sku, by }] : [];
}

function matterOf({ kind, id }: Reference): Matter | undefined {
  return kind === 'sku' ? { sku: id } : undefined;
}

function finding(reference: Reference, dueAt: number): Finding {
  const matter = matterOf(reference);
  const system = reference.by.key.slice(0, reference.by.key.indexOf('/'));
  return {
    subject: { kind: 'fact', id: String(reference.by.fact) },
    discriminator: `${reference.kind}:${reference.id}`,
    ...(matter && { matter }),
    since: reference.by.at,
    dueAt,
    sides: [
      { system, value: { names: `${reference.kind} ${reference.id}` }, fact: reference.by.fact },
      { system: 'prima', value: null, fact: null },
    ],
    difference: 'undefined',
    explained: [],
    amountAtRisk: null,
    unitsAtRisk: null,
    cause: {
      code: `unknown-${reference.kind}`,
      about: reference.id,
      detail: `no document defines ${reference.kind} ${reference.id}`,
    },
    divergence: divergedAt(reference.by),
    fixes: [
      {
        kind: 'investigate',
        system,
        text: `Find out why ${system} names ${reference.kind} ${reference.id}: a test, a typing error, or a document that was never sent.`,
      },
    ],
  };
}
