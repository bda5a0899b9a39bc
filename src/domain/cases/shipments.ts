/** Which of Prima's fulfilments posts which of Scend's dispatches. */
import type { Body } from '../facts/canonical';
import { type Held, earlier, earliest } from './held';
import type { OrderState } from './order';
import { type LookProduct, perSku } from './quantities';

export interface Shipment {
  dispatchRef: string;
  dispatches: readonly Held<Body<'dispatched'>>[];
  fulfilments: readonly Held<Body<'fulfilment'>>[];
  /** Paired without proof: more than one pairing would do, so nothing is concluded from the quantities. */
  ambiguous: boolean;
}

/**
 * A fulfilment that names its dispatch belongs to it. One that names none is paired by tracking number, then by equal
 * quantities where only one dispatch has them, then by being the only one left; what is left after that is ambiguous.
 */
export function shipmentsOf(state: OrderState, look: LookProduct): Shipment[] {
  const [only, another] = state.dispatched;
  if (only === undefined) return [];
  if (another === undefined && namesAll(state.fulfilments)) return [single(state, only)];
  const shipments = new Map<string, Open>();
  for (const held of [...state.dispatched].sort(earlier)) {
    const ref = held.value.dispatchRef;
    const known = shipments.get(ref);
    if (known) known.dispatches.push(held);
    else shipments.set(ref, { dispatchRef: ref, dispatches: [held], fulfilments: [], ambiguous: false });
  }
  const nameless: Held<Body<'fulfilment'>>[] = [];
  for (const held of state.fulfilments) {
    if (held.value.dispatchRef === null) nameless.push(held);
    else shipments.get(held.value.dispatchRef)?.fulfilments.push(held);
  }
  if (nameless.length > 0) pairNameless([...shipments.values()], nameless.sort(earlier), look);
  return [...shipments.values()];
}

/** While they are put together. */
interface Open extends Shipment {
  dispatches: Held<Body<'dispatched'>>[];
  fulfilments: Held<Body<'fulfilment'>>[];
}

/** The ordinary case: one dispatch, and every fulfilment says which it posts. Nearly always it is this one. */
function single({ dispatched, fulfilments }: OrderState, held: Shipment['dispatches'][number]): Shipment {
  const { dispatchRef } = held.value;
  let own = fulfilments;
  for (const { value } of fulfilments)
    if (value.dispatchRef !== dispatchRef)
      own = fulfilments.filter((each) => each.value.dispatchRef === dispatchRef);
  return { dispatchRef, dispatches: dispatched, fulfilments: own, ambiguous: false };
}

function namesAll(fulfilments: OrderState['fulfilments']): boolean {
  for (const { value } of fulfilments) if (value.dispatchRef === null) return false;
  return true;
}

function pairNameless(shipments: Open[], nameless: Held<Body<'fulfilment'>>[], look: LookProduct): void {
  const rules: ((shipment: Open, held: Held<Body<'fulfilment'>>) => boolean)[] = [
    (shipment, held) => sharesTracking(shipment, held.value.trackingNumbers),
    (shipment, held) =>
      quantitiesText(dispatchedLines(shipment), look, shippedAt(shipment)) ===
      quantitiesText(held.value.lines, look, shippedAt(shipment)),
    () => true,
  ];
  let left = nameless;
  for (const rule of rules) {
    const open = shipments.filter((shipment) => shipment.fulfilments.length === 0);
    left = left.filter((held) => {
      const fitting = open.filter((shipment) => shipment.fulfilments.length === 0 && rule(shipment, held));
      const rivals = left.filter((other) => fitting[0] && rule(fitting[0], other));
      if (fitting.length !== 1 || rivals.length !== 1) return true;
      fitting[0]?.fulfilments.push(held);
      return false;
    });
  }
  for (const shipment of shipments) {
    const held = shipment.fulfilments.length === 0 ? left.shift() : undefined;
    if (!held) continue;
    shipment.fulfilments.push(held);
    shipment.ambiguous = true;
  }
}

function sharesTracking(shipment: Shipment, numbers: readonly string[]): boolean {
  return shipment.dispatches.some((held) =>
    held.value.trackingNumbers.some((number) => numbers.includes(number)),
  );
}

/** By the warehouse's clock: what a kit was then is what both sides are taken apart by. */
export function shippedAt({ dispatches }: Shipment): number {
  return earliest(dispatches)?.at ?? 0;
}

export function dispatchedLines(shipment: Shipment): { sku: string; quantity: number; uom: null }[] {
  return shipment.dispatches.flatMap((held) =>
    held.value.lines.map(({ sku, quantity }) => ({ sku, quantity, uom: null })),
  );
}

function quantitiesText(
  lines: readonly { sku: string; quantity: number; uom: string | null }[],
  look: LookProduct,
  at: number,
): string {
  return JSON.stringify([...perSku(lines, look, at)].sort(([a], [b]) => (a < b ? -1 : 1)));
}
