/** Drifts of one cause: found by one detector, for one reason, about one thing. One change usually closes all of them. */
import type { Cause } from './finding';

/** `fulfilment-quantity-mismatch/quantity/BAG 10157`. */
export function clusterName(detector: string, { code, about }: Cause): string {
  return about === undefined ? `${detector}/${code}` : `${detector}/${code}/${about}`;
}
