import { DAY, HOUR, MINUTE } from '../timeline';
import type { OrderScript } from './script';

/**
 * What looks wrong and is not: within tolerance, within grace, late and healed, or cancelled everywhere. Every world
 * plays each of them, so that a detector that is too eager is caught.
 */
export const NEAR_MISSES: Record<string, OrderScript> = {
  'received just in time': { wish: {}, course: () => ({ receivedAfter: 2 * HOUR - MINUTE }) },
  'received late': { wish: {}, course: () => ({ receivedAfter: 3 * HOUR }) },
  'sync failed, then succeeded': { wish: {}, course: () => ({ sync: 'failed-then-succeeded' }) },
  'duplicate rejected after the receipt': {
    wish: {},
    course: () => ({ warehouse: 'receives-and-rejects-a-duplicate' }),
  },
  'rejected, then received': {
    wish: {},
    course: () => ({ warehouse: 'rejects-then-receives', reasonCode: 'UNKNOWN_SKU' }),
  },
  'rejected, then cancelled': {
    wish: {},
    course: () => ({ warehouse: 'rejects', cancelled: 'after-rejection' }),
  },
  'cancelled while pending': { wish: {}, course: () => ({ cancelled: 'while-pending' }) },
  'cancelled after the receipt': { wish: {}, course: () => ({ cancelled: 'after-receipt' }) },
  'approved late': { wish: {}, course: () => ({ approval: 'approved', approvedAfter: 5 * HOUR }) },
  'waits for approval': { wish: {}, course: () => ({ approval: 'waiting' }) },
  'services only': { wish: { servicesOnly: true }, course: () => ({}) },
  'posted just in time': { wish: {}, course: () => ({ postedAfter: 4 * HOUR - MINUTE }) },
  'posted late': { wish: {}, course: () => ({ postedAfter: 6 * HOUR }) },
  'dispatch not named': { wish: {}, course: () => ({ namesDispatch: false }) },
  'cases booked in pieces': {
    wish: { terms: 'account', uom: 'cases' },
    course: () => ({ inBaseUnits: true }),
  },
  'invoiced just in time': { wish: {}, course: () => ({ invoicedAfter: DAY - MINUTE }) },
  'one invoice for two dispatches': {
    wish: { unitsAtLeast: 3 },
    course: () => ({ dispatches: 2, gap: 2 * HOUR, invoicing: 'one' }),
  },
  'invoice off by one': {
    wish: { unitsExactly: 1, discount: false },
    course: () => ({ invoicePrice: 'one-minor-off' }),
  },
  'discount over two invoices': {
    wish: { unitsAtLeast: 3, discount: true },
    course: () => ({ dispatches: 2, gap: 2 * HOUR }),
  },
  'on account, not invoiced yet': { wish: { terms: 'account' }, course: () => ({ invoicing: 'never' }) },
  'on account, invoiced on day 34': {
    wish: { terms: 'account' },
    when: 'long-ago',
    course: () => ({ invoicedAfter: 34 * DAY }),
  },
  'consolidated invoice': { wish: { terms: 'account' }, course: () => ({ invoicing: 'consolidated' }) },
  'shipped in part for good': {
    wish: { unitsAtLeast: 3 },
    course: () => ({ dispatches: 2, complete: false, backordered: true }),
  },
  'from two warehouses': { wish: { lineCount: 3, twoWarehouses: true }, course: () => ({}) },
  'kit exploded by the order': { wish: { kit: 'order' }, course: () => ({}) },
  'kit exploded by the warehouse': { wish: { kit: 'warehouse' }, course: () => ({}) },
  'kit in two dispatches': {
    wish: { kit: 'warehouse', unitsAtLeast: 4 },
    course: () => ({ dispatches: 2, gap: HOUR }),
  },
  returned: { wish: { lineCount: 2 }, course: () => ({ returned: true }) },
  'return that is not booked': {
    wish: {},
    undisturbed: 1,
    course: () => ({ returned: true, returnBooked: false }),
  },
  'large dispatch not posted yet': {
    wish: { unitsExactly: 200 },
    undisturbed: 1,
    when: 'near-end',
    course: () => ({ dispatchedAfter: 210 * MINUTE, receivedAfter: 10 * MINUTE, posts: 'none' }),
  },
  'tracking numbers in another order': { wish: { lineCount: 3 }, course: () => ({ tracking: 'reversed' }) },
  'refunded late': {
    wish: { uom: 'pieces' },
    when: 'early',
    course: () => ({ returned: true, refund: 'late', dispatchedAfter: HOUR, postedAfter: HOUR }),
  },
  'cancelled by one side a moment ago': {
    wish: {},
    when: 'near-end',
    undisturbed: 1,
    course: () => ({
      approval: 'approved',
      approvedAfter: 210 * MINUTE,
      receivedAfter: 10 * MINUTE,
      cancelled: 'books-only',
    }),
  },
  'invoiced a moment ago': {
    wish: {},
    when: 'near-end',
    course: () => ({ receivedAfter: 10 * MINUTE, shipping: 'never', invoicing: 'ahead' }),
  },
  'posted a moment ago': {
    wish: {},
    when: 'near-end',
    undisturbed: 1,
    course: () => ({
      receivedAfter: 10 * MINUTE,
      dispatchedAfter: HOUR,
      postedAfter: HOUR,
      shipping: 'untold',
      invoicing: 'never',
    }),
  },
  'placed a moment ago': {
    wish: {},
    when: 'near-end',
    course: () => ({ approval: 'approved', approvedAfter: 4 * HOUR, warehouse: 'never-told' }),
  },
};
