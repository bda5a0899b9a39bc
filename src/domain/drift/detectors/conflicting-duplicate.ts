/** The same document in the same revision, said twice with other content: both are kept, one wins by rule, and this says so. */
import { type Held, type Slot, latest, sourceOf } from '../../cases/held';
import type { CaseKind, CaseStates } from '../../cases/kinds';
import type { OrderState } from '../../cases/order';
import type { StockState } from '../../cases/stock';
import { graceMs } from '../../policy';
import type { DetectContext } from '../context';
import type { Detector } from '../detector';
import {
  balance,
  bom,
  customer,
  hours,
  invoice,
  item,
  level,
  refundRequest,
  reservation,
  revised,
  salesOrder,
  taxCode,
} from '../examples';
import { type Finding, type Json, NO_FINDINGS } from '../finding';

const CODE = 'conflicting-duplicate';
const LONGEST = 300;

/** Who won, and one who lost. */
interface Conflict {
  winner: Held<unknown>;
  loser: { fact: number; at: number; value: unknown };
  /** What of the message is contradicted: its document, or the case's part of it. */
  discriminator: string;
  cause: 'same-revision' | 'same-instant';
}

type Examples = Detector['examples'];

function conflicting<K extends CaseKind>(
  on: K,
  conflictsOf: (state: CaseStates[K]) => readonly Conflict[],
  examples: Examples,
): Detector<K> {
  return {
    code: CODE,
    on,
    meaning: 'The same business key and revision came with other content.',
    severity: 'high',
    graceSeconds: 0,
    causes: ['same-revision', 'same-instant'],
    supersedes: [],
    detect(state, context) {
      const conflicts = conflictsOf(state);
      return conflicts.length === 0
        ? NO_FINDINGS
        : conflicts.flatMap((conflict) => finding(conflict, context));
    },
    examples,
  };
}

const NONE: readonly never[] = [];

/** Of what the case keeps under these names. Nothing is made where nothing is contradicted. */
function inSlots<S>(state: S, names: readonly (keyof S)[], part: string | null = null): readonly Conflict[] {
  let found: Conflict[] | null = null;
  for (const name of names) {
    for (const held of state[name] as Slot<unknown>)
      if (held.rivals !== undefined) (found ??= []).push(...conflictsWith(held, part));
  }
  return found ?? NONE;
}

function conflictsWith(winner: Held<unknown>, part: string | null): Conflict[] {
  const discriminator = part ?? winner.key;
  return (winner.rivals ?? []).map((loser) => ({ winner, loser, discriminator, cause: 'same-revision' }));
}

const ORDER = [
  'salesOrders',
  'received',
  'rejected',
  'allocated',
  'warehouseCancelled',
  'manifested',
  'dispatched',
  'returned',
  'fulfilments',
  'invoices',
  'creditNotes',
  'refundRequests',
  'transmissions',
] as const;

/** Of each slot by its own name: asked at every fact, and to look fields up by computed names takes V8 much longer. */
function isContradicted(state: OrderState): boolean {
  return (
    hasRivals(state.salesOrders) ||
    hasRivals(state.received) ||
    hasRivals(state.rejected) ||
    hasRivals(state.allocated) ||
    hasRivals(state.warehouseCancelled) ||
    hasRivals(state.manifested) ||
    hasRivals(state.dispatched) ||
    hasRivals(state.returned) ||
    hasRivals(state.fulfilments) ||
    hasRivals(state.invoices) ||
    hasRivals(state.creditNotes) ||
    hasRivals(state.refundRequests) ||
    hasRivals(state.transmissions)
  );
}

const STOCK = ['counts', 'adjusted', 'movements', 'balances', 'journals'] as const;

function isStockContradicted({ counts, adjusted, movements, balances, journals }: StockState): boolean {
  return (
    hasRivals(counts) ||
    hasRivals(adjusted) ||
    hasRivals(movements) ||
    hasRivals(balances) ||
    hasRivals(journals)
  );
}

function hasRivals(slot: Slot<unknown>): boolean {
  for (let i = 0; i < slot.length; i++) if (slot[i]?.rivals !== undefined) return true;
  return false;
}

const order = conflicting(
  'order',
  (state) => (isContradicted(state) ? inSlots(state, ORDER) : NONE),
  said(
    salesOrder(hours(0)),
    salesOrder(hours(0), { status: 'cancelled' }),
    revised(salesOrder(hours(0))),
    salesOrder(hours(0)),
  ),
);

const stock = conflicting(
  'stock',
  (state) => {
    const twice = countedTwice(state);
    if (!isStockContradicted(state)) return twice;
    const part = `${state.sku}@${state.warehouse}`;
    return [...inSlots(state, STOCK, part), ...twice];
  },
  said(balance(hours(0), 5), balance(hours(0), 6), balance(hours(1), 6), balance(hours(0), 5)),
);

const product = conflicting(
  'product',
  (state) => inSlots(state, ['items', 'boms', 'synchronised', 'prices', 'transmissions']),
  said(
    bom(hours(0), ['BAG-1']),
    bom(hours(0), ['BAG-2']),
    revised(bom(hours(0), ['BAG-2'])),
    bom(hours(0), ['BAG-1']),
  ),
);

const account = conflicting(
  'customer',
  (state) => inSlots(state, ['customers', 'transmissions']),
  said(customer(hours(0)), customer(hours(0), 'net_30'), revised(customer(hours(0))), customer(hours(0))),
);

const channelOrder = conflicting(
  'channel-order',
  (state) => inSlots(state, ['transmissions', 'reservations']),
  said(
    reservation(hours(0), 1),
    reservation(hours(0), 2),
    revised(reservation(hours(0), 2)),
    reservation(hours(0), 1),
  ),
);

const consolidated = (quantity: number) => invoice(hours(0), { orderNo: 'SO2', quantity });
const invoices = conflicting(
  'invoice',
  ({ held }) => (held?.rivals === undefined ? NONE : conflictsWith(held, null)),
  said(consolidated(1), consolidated(2), revised(consolidated(2)), consolidated(1)),
);

const nameless = (amount: number) => refundRequest(hours(0), { orderNo: null, amount });
const returns = conflicting(
  'return',
  // What names its order is told of there.
  (state) =>
    inSlots(state, ['returned', 'refundRequests', 'creditNotes']).filter(
      ({ winner }) => (winner.value as { orderNo: string | null }).orderNo === null,
    ),
  said(nameless(1), nameless(2), revised(nameless(2)), nameless(1)),
);

const taxCodes = conflicting(
  'tax-codes',
  (state) => inSlots(state, ['taxCodes']),
  said(
    taxCode(hours(0), 'S'),
    taxCode(hours(0), 'S', 20),
    revised(taxCode(hours(0), 'S', 20)),
    taxCode(hours(0), 'S'),
  ),
);

const counts: Detector<'stock'> = {
  ...stock,
  examples: {
    opens: {
      facts: [item(hours(-9)), level(hours(0), 5), level(hours(0), 6, { event: 'evt-other' })],
      at: hours(0),
      subject: 'fact:2',
      cause: 'same-instant',
    },
    staysClosed: {
      facts: [item(hours(-9)), level(hours(0), 5), level(hours(0), 5, { event: 'evt-other' })],
      at: hours(0),
    },
    resolves: { by: [level(hours(1), 6)] },
  },
};

export const conflictingDuplicate = [
  order,
  counts,
  product,
  account,
  channelOrder,
  invoices,
  returns,
  taxCodes,
] as const;

/** Two counts of one instant that do not agree, while no later count has settled it. */
function countedTwice({ sku, warehouse, counts: all }: StockState): readonly Conflict[] {
  if (all.length < 2) return NONE;
  const winner = latest(all);
  let found: Conflict[] | null = null;
  for (const loser of all) {
    if (loser === winner || winner === null || loser.at !== winner.at) continue;
    if (countText(loser) === countText(winner)) continue;
    (found ??= []).push({ winner, loser, discriminator: `${sku}@${warehouse}`, cause: 'same-instant' });
  }
  return found ?? NONE;
}

function countText({ value }: StockState['counts'][number]): string {
  const counted = value.statuses
    .filter(({ quantity }) => quantity !== 0)
    .map((each) => [each.status, each.quantity]);
  return JSON.stringify([counted.sort(), value.unlocated]);
}

function finding({ winner, loser, discriminator, cause }: Conflict, context: DetectContext): Finding[] {
  const since = Math.max(winner.at, loser.at);
  const dueAt = since + graceMs(context.policy, CODE, 0);
  if (!context.due(dueAt)) return [];
  const fields = differing(winner, loser);
  const system = sourceOf(winner);
  const what = winner.key.slice(system.length + 1);
  return [
    {
      subject: { kind: 'fact', id: String(loser.fact) },
      discriminator,
      since,
      dueAt,
      sides: [
        { system, value: shown(winner, fields), fact: winner.fact },
        { system, value: shown(loser, fields), fact: loser.fact },
      ],
      difference: fields.join(', '),
      explained: [],
      amountAtRisk: null,
      unitsAtRisk: null,
      cause: {
        code: cause,
        about: `${system} ${fields.join(', ')}`,
        detail: `${what} was said twice, and differs in ${fields.join(', ')}`,
      },
      divergence: { fact: loser.fact, at: loser.at },
      fixes: [
        {
          kind: 'correct',
          system,
          text: `Find which of the two is right, and have ${system} send ${what} again in a newer revision.`,
        },
      ],
    },
  ];
}

type Content = { at: number; value: unknown };

function fieldsOf({ at, value }: Content): Record<string, unknown> {
  return { ...(value as Record<string, unknown>), occurredAt: at };
}

function differing(a: Content, b: Content): string[] {
  const [left, right] = [fieldsOf(a), fieldsOf(b)];
  const text = (value: unknown) => JSON.stringify(value);
  return Object.keys(left).filter((name) => text(left[name]) !== text(right[name]));
}

/** The fields that differ, as text that a reader can take in. */
function shown(content: Content, fields: readonly string[]): Json {
  const values = fieldsOf(content);
  return Object.fromEntries(
    fields.map((name) => {
      const text = JSON.stringify(values[name]);
      return [name, text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`];
    }),
  );
}

/** The second wins, being the later to be said; `revision` settles it; `again` is what was said first, in so many words. */
function said(
  first: Examples['opens']['facts'][number],
  other: Examples['opens']['facts'][number],
  revision: Examples['opens']['facts'][number],
  again: Examples['opens']['facts'][number],
): Examples {
  return {
    opens: { facts: [first, other], at: hours(0), subject: 'fact:1', cause: 'same-revision' },
    staysClosed: { facts: [first, again], at: hours(0) },
    resolves: { by: [revision] },
  };
}
