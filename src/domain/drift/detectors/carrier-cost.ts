/** What Scend manifested of a shipment beside what its item fulfilments in Prima say the carriage cost. */
import type { Body } from '../../facts/canonical';
import { type Held, beats } from '../../cases/held';
import type { OrderState } from '../../cases/order';
import type { DetectContext } from '../context';
import { shipments } from './shared';

export type Manifest = Held<Body<'manifested'>>;
type Fulfilment = Held<Body<'fulfilment'>>;

/** Calls `each` with the last manifest of every dispatch and the fulfilments that post it, where there are any. */
export function eachManifest(
  state: OrderState,
  context: DetectContext,
  each: (manifest: Manifest, fulfilments: readonly Fulfilment[]) => void,
): void {
  const { manifested, fulfilments } = state;
  for (const manifest of manifested) {
    const ref = manifest.value.dispatchRef;
    if (manifested.length > 1 && manifested.some((other) => replaces(other, manifest))) continue;
    const shipment = shipments(state, context).find((one) => one.dispatchRef === ref);
    const own = shipment
      ? shipment.ambiguous
        ? []
        : shipment.fulfilments
      : fulfilments.filter((held) => held.value.dispatchRef === ref);
    if (own.length > 0) each(manifest, own);
  }
}

/** A later manifest of the same dispatch: at one instant, the winner as between versions of one document. */
function replaces(other: Manifest, manifest: Manifest): boolean {
  if (other === manifest || other.value.dispatchRef !== manifest.value.dispatchRef) return false;
  return other.at !== manifest.at ? other.at > manifest.at : beats(other, manifest);
}
