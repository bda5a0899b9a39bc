/**
 * Fulfilment against invoice: many to many, no quantity claimed twice. Where a choice between fulfilments would be a guess,
 * the match is called ambiguous instead of being guessed silently.
 */
import { exact } from '../exact';
import { earlier } from './held';
import type { OrderState } from './order';
import { type LookProduct, toBase } from './quantities';

export interface Match {
  invoiceNo: string | null;
  invoiceLine: number | null;
  fulfilmentNo: string | null;
  fulfilmentLine: number | null;
  sku: string;
  /** Base micro-units. */
  quantity: number;
  state: 'matched' | 'ambiguous' | 'not-invoiced' | 'not-fulfilled';
}

interface Claim {
  document: string;
  line: number;
  sku: string;
  orderLine: number | null;
  remaining: number;
  at: number;
}

export function matchesOf(state: OrderState, look: LookProduct): Match[] {
  const shipped = fulfilledLines(state, look);
  const matches: Match[] = [];
  const invoices = [...state.invoices].sort(earlier);
  // Invoices that name their fulfilments claim first: what they say is no guess.
  const named = invoices.filter((held) => held.value.fulfilmentNos.length > 0);
  const nameless = invoices.filter((held) => held.value.fulfilmentNos.length === 0);
  for (const { value } of [...named, ...nameless]) {
    for (const line of value.lines) {
      if (isCharge(state, line.sku, line.orderLineNo, look)) continue;
      const candidates = shipped.filter(
        (claim) =>
          claim.sku === line.sku &&
          claim.remaining > 0 &&
          (value.fulfilmentNos.length === 0 || value.fulfilmentNos.includes(claim.document)) &&
          (line.orderLineNo === null || claim.orderLine === null || claim.orderLine === line.orderLineNo),
      );
      let wanted = toBase(line, look) ?? line.quantity;
      const available = candidates.reduce((sum, claim) => sum + claim.remaining, 0);
      const ambiguous = candidates.length > 1 && available > wanted;
      for (const claim of candidates) {
        const quantity = Math.min(wanted, claim.remaining);
        if (quantity <= 0) break;
        claim.remaining -= quantity;
        wanted -= quantity;
        matches.push({
          invoiceNo: value.invoiceNo,
          invoiceLine: line.lineNo,
          fulfilmentNo: claim.document,
          fulfilmentLine: claim.line,
          sku: line.sku,
          quantity: exact(quantity),
          state: ambiguous ? 'ambiguous' : 'matched',
        });
      }
      if (wanted > 0) {
        const { invoiceNo } = value;
        matches.push({
          ...nothing,
          invoiceNo,
          invoiceLine: line.lineNo,
          sku: line.sku,
          quantity: wanted,
          state: 'not-fulfilled',
        });
      }
    }
  }
  for (const claim of shipped) {
    if (claim.remaining <= 0) continue;
    const { document, line, sku, remaining } = claim;
    matches.push({
      ...nothing,
      fulfilmentNo: document,
      fulfilmentLine: line,
      sku,
      quantity: remaining,
      state: 'not-invoiced',
    });
  }
  return matches;
}

const nothing = { invoiceNo: null, invoiceLine: null, fulfilmentNo: null, fulfilmentLine: null };

/** Prima's shipped quantities by line; a fulfilment's line is the order's line of the same number if the SKU agrees. */
export function fulfilledLines(state: OrderState, look: LookProduct): Claim[] {
  const lines = state.salesOrders[0]?.value.lines ?? [];
  const claims: Claim[] = [];
  for (const held of [...state.fulfilments].sort(earlier)) {
    if (held.value.status !== 'shipped') continue;
    for (const line of held.value.lines) {
      const same = lines.filter((each) => each.sku === line.sku);
      const exactLine =
        same.find((each) => each.lineNo === line.lineNo) ?? (same.length === 1 ? same[0] : undefined);
      claims.push({
        document: held.value.fulfilmentNo,
        line: line.lineNo,
        sku: line.sku,
        orderLine: exactLine?.lineNo ?? null,
        remaining: toBase(line, look) ?? line.quantity,
        at: held.at,
      });
    }
  }
  return claims;
}

/** A line that nothing ships for: a charge, a service, an item that is not stock managed. */
export function isCharge(state: OrderState, sku: string, lineNo: number | null, look: LookProduct): boolean {
  const lines = state.salesOrders[0]?.value.lines ?? [];
  const line = lines.find((each) => each.sku === sku && (lineNo === null || each.lineNo === lineNo));
  return line?.nonStock === true || look(sku)?.items[0]?.value.stockManaged === false;
}
