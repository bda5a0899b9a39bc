/** What a case is in the eyes of a policy: by what a scope of it can be told. */
import type { CaseKind, CaseStates } from '../cases/kinds';
import { type Held, sourceOf } from '../cases/held';
import type { Dimension } from '../policy';
import type { Matter } from '../scoped-policy';

/** What the cases of a kind have; a detector may know more of a part of a case (see `Detector.parts`). */
export const mattersOf: Record<CaseKind, readonly Dimension[]> = {
  order: ['customer', 'channel', 'source'],
  'channel-order': [],
  stock: ['sku', 'warehouse'],
  product: ['sku'],
  customer: ['customer'],
  invoice: ['customer', 'source'],
  return: ['source'],
  'tax-codes': ['source'],
  feed: ['source'],
  message: ['source'],
};

const NOTHING: Matter = {};

const matters: { [K in CaseKind]: (state: CaseStates[K]) => Matter } = {
  // An order that the books do not have yet has neither channel nor customer.
  order: ({ salesOrders: [order] }) => {
    if (!order) return NOTHING;
    const { customer, channel } = order.value;
    return { customer, channel, source: sourceOf(order) };
  },
  'channel-order': () => NOTHING,
  stock: ({ sku, warehouse }) => ({ sku, warehouse }),
  product: ({ sku }) => ({ sku }),
  customer: ({ account }) => ({ customer: account }),
  invoice: ({ held }) => (held ? { customer: held.value.customer, source: sourceOf(held) } : NOTHING),
  return: ({ returned, refundRequests, creditNotes }) =>
    ofFirst([...returned, ...refundRequests, ...creditNotes]),
  'tax-codes': ({ taxCodes }) => ofFirst(taxCodes),
  feed: ({ source }) => ({ source }),
  message: ({ source }) => ({ source }),
};

function ofFirst([held]: readonly Held<unknown>[]): Matter {
  return held ? { source: sourceOf(held) } : NOTHING;
}

export function matterOf(kind: CaseKind, state: CaseStates[CaseKind]): Matter {
  // A kind and its state always belong together.
  return (matters[kind] as (state: CaseStates[CaseKind]) => Matter)(state);
}
