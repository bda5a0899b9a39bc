/** The small cases: a customer account, a channel's own order reference, and a message that could not be understood. */
import type { Body } from '../facts/canonical';
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
  code: 'message-invalid' | 'message-unmapped';
  reason: string;
  path: string | null;
}
