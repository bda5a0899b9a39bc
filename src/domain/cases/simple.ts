/** The small cases: a customer account, a channel's own order reference, and a message that could not be understood. */
import type { Body } from '../facts/canonical';
import type { RefusalCode } from '../sources/source-kind';
import { type HeldFact, type Slot, put } from './held';

export interface CustomerState {
  account: string;
  customers: Slot<Body<'customer'>>;
  transmissions: Slot<Body<'transmission'>>;
}

export function evolveCustomer(state: CustomerState, fact: HeldFact): CustomerState {
  if (fact.type === 'customer') return { ...state, customers: put(state.customers, fact.held) };
  if (fact.type === 'transmission') return { ...state, transmissions: put(state.transmissions, fact.held) };
  return state;
}

/** What speaks of an order by its channel's reference; joined to the books' order by that reference when both are there. */
export interface ChannelOrderState {
  ref: string;
  transmissions: Slot<Body<'transmission'>>;
  reservations: Slot<Body<'stock-reservation'>>;
}

export function evolveChannelOrder(state: ChannelOrderState, fact: HeldFact): ChannelOrderState {
  if (fact.type === 'transmission') return { ...state, transmissions: put(state.transmissions, fact.held) };
  if (fact.type === 'stock-reservation')
    return { ...state, reservations: put(state.reservations, fact.held) };
  return state;
}

/**
 * What names a return: all that names no order, and every request and credit note that names the return, since it may be the
 * only word by which they are found.
 */
export interface ReturnState {
  ref: string;
  returned: Slot<Body<'return-received'>>;
  refundRequests: Slot<Body<'refund-request'>>;
  creditNotes: Slot<Body<'credit-note'>>;
}

export function evolveReturn(state: ReturnState, fact: HeldFact): ReturnState {
  switch (fact.type) {
    case 'return-received': {
      const returned = put(state.returned, fact.held);
      return returned === state.returned ? state : { ...state, returned };
    }
    case 'refund-request': {
      const refundRequests = put(state.refundRequests, fact.held);
      return refundRequests === state.refundRequests ? state : { ...state, refundRequests };
    }
    case 'credit-note': {
      const creditNotes = put(state.creditNotes, fact.held);
      return creditNotes === state.creditNotes ? state : { ...state, creditNotes };
    }
    default:
      return state;
  }
}

/** The codes of tax that the books define: one case, since there are few and all are asked for. */
export interface TaxCodesState {
  taxCodes: Slot<Body<'tax-code'>>;
}

export function evolveTaxCodes(state: TaxCodesState, fact: HeldFact): TaxCodesState {
  if (fact.type !== 'tax-code') return state;
  const taxCodes = put(state.taxCodes, fact.held);
  return taxCodes === state.taxCodes ? state : { ...state, taxCodes };
}

/** A quarantined message: visible, replayable, and in nobody's way. */
export interface MessageState {
  position: number;
  source: string;
  type: string | null;
  key: string | null;
  at: number;
  code: RefusalCode;
  reason: string;
  path: string | null;
}
