import { isKit } from '../../cases/kits';
import { perSku } from '../../cases/quantities';
import { type Shipment, dispatchedLines, shippedAt } from '../../cases/shipments';
import { type Held, latest, sourceOf } from '../../cases/held';
import { formatQuantity } from '../../exact';
import { graceMs, unitsOf } from '../../policy';
import { detector } from '../detector';
import {
  customer,
  dispatched,
  fulfilment,
  hours,
  item,
  receivedByWarehouse,
  revised,
  salesOrder,
  synchronised,
  units,
} from '../examples';
import { type Finding, NO_FINDINGS, divergedAt } from '../finding';
import { isCancelled, shipments, valueOf } from './shared';

const CODE = 'fulfilment-quantity-mismatch';
const basics = [
  customer(hours(-9)),
  item(hours(-9)),
  synchronised(hours(-9)),
  salesOrder(hours(0)),
  receivedByWarehouse(hours(0)),
  dispatched(hours(1), { lines: [{ orderLine: 1, sku: 'BAG-1', quantity: units(12) }] }),
];
const posted = (count: number, uom: string) => ({
  lines: [{ lineNo: 1, sku: 'BAG-1', quantity: units(count), uom }],
});

export const fulfilmentQuantityMismatch = detector({
  code: CODE,
  on: 'order',
  meaning:
    "A dispatch and its item fulfilment both exist and a SKU's quantity differs, in base units after explosion.",
  severity: 'high',
  graceSeconds: 0,
  reads: { toleranceUnits: '0' },
  parts: ['sku', 'warehouse'],
  causes: ['quantity'],
  supersedes: [],
  detect(state, context) {
    if (state.dispatched.length === 0 || state.fulfilments.length === 0 || isCancelled(state))
      return NO_FINDINGS;
    const look = context.product;
    let findings: Finding[] | null = null;
    for (const shipment of shipments(state, context)) {
      if (shipment.ambiguous || shipment.fulfilments.length === 0 || plainlyEqual(shipment, look)) continue;
      const at = shippedAt(shipment);
      const sent = perSku(dispatchedLines(shipment), look, at);
      const posted = perSku(
        shipment.fulfilments.flatMap((held) => stockedLines(held.value.lines, look)),
        look,
        at,
      );
      const both = [...shipment.dispatches, ...shipment.fulfilments] as Held<unknown>[];
      const parted = latest(both);
      if (parted === null) continue;
      for (const sku of [...new Set([...sent.keys(), ...posted.keys()])].sort()) {
        const out = sent.get(sku) === null ? null : (sent.get(sku) ?? 0);
        const booked = posted.get(sku) === null ? null : (posted.get(sku) ?? 0);
        // An unknown unit is `uom-unmapped`'s to tell; no number is made up for it here.
        if (out === null || booked === null || out === booked) continue;
        const matter = { sku, warehouse: shipment.dispatches[0]?.value.warehouse };
        const policy = context.policyOf(matter);
        if (Math.abs(out - booked) <= unitsOf(policy, CODE, 'toleranceUnits')) continue;
        const dueAt = parted.at + graceMs(policy, CODE, 0);
        if (!context.due(dueAt)) continue;
        const scend = latest(shipment.dispatches);
        const prima = latest(shipment.fulfilments);
        (findings ??= []).push({
          subject: { kind: 'shipment', id: shipment.dispatchRef },
          discriminator: sku,
          matter,
          since: parted.at,
          dueAt,
          sides: [
            {
              system: scend ? sourceOf(scend) : 'scend',
              value: { sku, dispatched: formatQuantity(out) },
              fact: scend?.fact ?? null,
            },
            {
              system: prima ? sourceOf(prima) : 'prima',
              value: { sku, fulfilled: formatQuantity(booked) },
              fact: prima?.fact ?? null,
            },
          ],
          difference: formatQuantity(out - booked),
          explained: [],
          amountAtRisk: valueOf(state, sku, out - booked),
          unitsAtRisk: formatQuantity(Math.abs(out - booked)),
          cause: {
            code: 'quantity',
            about: sku,
            detail: `${sku}: ${formatQuantity(out)} dispatched, ${formatQuantity(booked)} fulfilled`,
          },
          divergence: divergedAt(parted),
          fixes: [
            {
              kind: 'correct',
              system: 'prima',
              text: `Correct the fulfilled quantity of ${sku} to ${formatQuantity(out)}, if the warehouse confirms it.`,
            },
          ],
        });
      }
    }
    return findings ?? NO_FINDINGS;
  },
  examples: {
    opens: {
      facts: [...basics, fulfilment(hours(2), posted(11, 'EA'))],
      at: hours(2),
      subject: 'shipment:D1',
      cause: 'quantity',
    },
    // One case is twelve each: equal in base units.
    staysClosed: { facts: [...basics, fulfilment(hours(2), posted(1, 'CASE'))], at: hours(2) },
    resolves: { by: [revised(fulfilment(hours(2), posted(12, 'EA')))] },
  },
});

type Look = Parameters<typeof perSku>[1];

/** The ordinary case, seen without adding anything up: the same SKUs in the same base quantities, line by line. */
function plainlyEqual({ dispatches, fulfilments }: Shipment, look: Look): boolean {
  const sent = dispatches[0];
  const posted = fulfilments[0];
  if (!sent || !posted || dispatches.length > 1 || fulfilments.length > 1) return false;
  const out = sent.value.lines;
  const booked = posted.value.lines;
  if (out.length !== booked.length) return false;
  for (let i = 0; i < out.length; i++) {
    const { sku, quantity } = out[i] as (typeof out)[number];
    const other = booked[i];
    if (other?.sku !== sku || other.quantity !== quantity) return false;
    const product = look(sku);
    if (product === null || isKit(product) || product.items[0]?.value.baseUom !== other.uom) return false;
  }
  return true;
}

/** A charge on a fulfilment ships nothing. */
function stockedLines<L extends { sku: string }>(lines: readonly L[], look: Look): L[] {
  return lines.filter(({ sku }) => {
    const product = look(sku);
    return product?.items[0]?.value.stockManaged !== false || isKit(product);
  });
}
