/** What was fulfilled beside what was invoiced, line by line, in the order of the documents' own clocks. */
import type { Slot } from '../../cases/held';
import { fulfilledLines, isCharge } from '../../cases/matches';
import { type OrderState, salesOrderOf } from '../../cases/order';
import { toBase } from '../../cases/quantities';
import type { DetectContext } from '../context';

/** Base micro-units. `corrected`: credited because the invoice was wrong, not because goods came back. */
export interface LineMove {
  kind: 'fulfilled' | 'invoiced' | 'corrected';
  at: number;
  fact: number;
  quantity: number;
}

export interface BilledLine {
  /** The order's line number; the SKU where the line is not told apart. */
  key: string;
  sku: string;
  moves: LineMove[];
}

/** Lines of goods only: nothing is fulfilled of a charge. */
export function billedLines(state: OrderState, context: DetectContext): BilledLine[] {
  return context.once('billing', () => collect(state, context));
}

function collect(state: OrderState, context: DetectContext): BilledLine[] {
  const look = context.product;
  const ordered = salesOrderOf(state)?.value.lines ?? [];
  const factOf = new Map(state.fulfilments.map((held) => [held.value.fulfilmentNo, held.fact]));
  const skusWithLines = new Map<string, number>();
  for (const line of ordered) skusWithLines.set(line.sku, (skusWithLines.get(line.sku) ?? 0) + 1);
  const byLine = new Map<string, BilledLine>();
  const add = (sku: string, orderLine: number | null, move: LineMove) => {
    const key = orderLine !== null && (skusWithLines.get(sku) ?? 0) > 0 ? String(orderLine) : sku;
    const known = byLine.get(key);
    if (known) known.moves.push(move);
    else byLine.set(key, { key, sku, moves: [move] });
  };
  const onlyLine = (sku: string) =>
    skusWithLines.get(sku) === 1 ? (ordered.find((each) => each.sku === sku)?.lineNo ?? null) : null;
  for (const { sku, orderLine, document, remaining, at } of fulfilledLines(state, look)) {
    if (isCharge(state, sku, orderLine, look)) continue;
    add(sku, orderLine, { kind: 'fulfilled', at, fact: factOf.get(document) ?? 0, quantity: remaining });
  }
  for (const { at, fact, value } of state.invoices) {
    for (const line of value.lines) {
      const orderLine = line.orderLineNo ?? onlyLine(line.sku);
      if (isCharge(state, line.sku, orderLine, look)) continue;
      add(line.sku, orderLine, { kind: 'invoiced', at, fact, quantity: toBase(line, look) ?? line.quantity });
    }
  }
  for (const { at, fact, value } of state.creditNotes) {
    if (value.returnRef !== null || NO_CORRECTION.has(value.reason ?? '')) continue;
    for (const line of value.lines) {
      const quantity = toBase(line, look) ?? line.quantity;
      add(line.sku, onlyLine(line.sku), { kind: 'corrected', at, fact, quantity });
    }
  }
  return [...byLine.values()];
}

/** Credits of money or of goods that came back: as much stays invoiced as was. */
const NO_CORRECTION = new Set(['RETURN', 'PRICE', 'CHARGEBACK']);

/** How much more one side says of a line than the other. Base micro-units. */
export interface Excess {
  key: string;
  sku: string;
  fulfilled: number;
  /** Not above 0 where `since` is null. */
  excess: number;
  /** The document of that side since which it has said more, without interruption. */
  since: { at: number; fact: number } | null;
  /** The other side's last document. */
  lastOther: number | null;
}

/** What is `fulfilled` and not invoiced, or `invoiced`, less what was credited as wrong, and not fulfilled. */
export function excessOf({ key, sku, moves }: BilledLine, side: 'fulfilled' | 'invoiced'): Excess {
  const other = side === 'fulfilled' ? 'invoiced' : 'fulfilled';
  const line: Excess = { key, sku, fulfilled: 0, excess: 0, since: null, lastOther: null };
  const counted = moves.filter(({ kind }) => side === 'invoiced' || kind !== 'corrected');
  // At one instant the other side counts first: nothing is late within the same moment.
  counted.sort((a, b) => a.at - b.at || Number(a.kind === side) - Number(b.kind === side));
  for (const { kind, at, fact, quantity } of counted) {
    line.excess += kind === side ? quantity : -quantity;
    if (kind === 'fulfilled') line.fulfilled += quantity;
    if (kind === other) line.lastOther = fact;
    if (line.excess <= 0) line.since = null;
    else line.since ??= { at, fact };
  }
  return line;
}

/** NaN, which is never more or less than anything, where another unit is involved. */
export function sumOf(
  slot: Slot<{ lines: readonly { sku: string; quantity: number; uom: string }[] }>,
  sku: string,
  uom: string,
): number {
  let total = 0;
  for (const { value } of slot)
    for (const line of value.lines) if (line.sku === sku) total += line.uom === uom ? line.quantity : NaN;
  return total;
}
