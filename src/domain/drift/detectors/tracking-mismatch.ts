import { latest, sourceOf } from '../../cases/held';
import type { Shipment } from '../../cases/shipments';
import { graceMs } from '../../policy';
import { detector } from '../detector';
import { customer, dispatched, fulfilment, hours, item, revised, salesOrder } from '../examples';
import { type Finding, NO_FINDINGS, divergedAt } from '../finding';
import { isCancelled, shipments, sumMoney, valueOf } from './shared';

const CODE = 'tracking-mismatch';
const basics = [customer(hours(-9)), item(hours(-9)), salesOrder(hours(0)), dispatched(hours(1))];
const two = dispatched(hours(1), { trackingNumbers: ['T1', 'T2'] });

export const trackingMismatch = detector({
  code: CODE,
  on: 'order',
  meaning: 'The tracking numbers of a dispatch, compared as sets, differ between Scend and Prima.',
  severity: 'medium',
  graceSeconds: 0,
  parts: ['warehouse'],
  causes: ['not-taken-over', 'differs'],
  supersedes: [],
  detect(state, context): readonly Finding[] {
    if (state.fulfilments.length === 0 || state.dispatched.length === 0 || isCancelled(state))
      return NO_FINDINGS;
    let findings: Finding[] | null = null;
    for (const shipment of shipments(state, context)) {
      if (shipment.ambiguous || shipment.fulfilments.length === 0 || plainlyEqual(shipment)) continue;
      const sent = numbersOf(shipment.dispatches);
      const posted = numbersOf(shipment.fulfilments);
      if (sent.size === posted.size && [...sent].every((number) => posted.has(number))) continue;
      const [scend, prima] = [latest(shipment.dispatches), latest(shipment.fulfilments)];
      if (scend === null || prima === null) continue;
      const parted = prima.at >= scend.at ? prima : scend;
      const matter = { warehouse: scend.value.warehouse };
      const dueAt = parted.at + graceMs(context.policyOf(matter), CODE, 0);
      if (!context.due(dueAt)) continue;
      const missing = [...sent].filter((number) => !posted.has(number)).sort();
      const extra = [...posted].filter((number) => !sent.has(number)).sort();
      (findings ??= []).push({
        subject: { kind: 'shipment', id: shipment.dispatchRef },
        discriminator: 'prima',
        matter,
        since: parted.at,
        dueAt,
        sides: [
          { system: sourceOf(scend), value: { trackingNumbers: [...sent].sort() }, fact: scend.fact },
          { system: sourceOf(prima), value: { trackingNumbers: [...posted].sort() }, fact: prima.fact },
        ],
        difference: { missing, extra },
        explained: [],
        amountAtRisk: sumMoney(
          shipment.dispatches.flatMap(({ value }) =>
            value.lines.map(({ sku, quantity }) => valueOf(state, sku, quantity)),
          ),
        ),
        unitsAtRisk: null,
        cause: {
          code: extra.length === 0 ? 'not-taken-over' : 'differs',
          detail: `Prima lacks ${missing.join(', ') || 'none'} and has ${extra.join(', ') || 'none'} besides`,
        },
        divergence: divergedAt(parted),
        fixes: [
          {
            kind: 'correct',
            system: 'prima',
            text: `Write the tracking numbers ${[...sent].sort().join(', ')} of dispatch ${shipment.dispatchRef} to its item fulfilment.`,
          },
        ],
      });
    }
    return findings ?? NO_FINDINGS;
  },
  examples: {
    opens: {
      facts: [...basics, fulfilment(hours(2), { trackingNumbers: ['T9'] })],
      at: hours(2),
      subject: 'shipment:D1',
      cause: 'differs',
    },
    // The same numbers in another order, one of them twice.
    staysClosed: {
      facts: [...basics.slice(0, 3), two, fulfilment(hours(2), { trackingNumbers: ['T2', 'T1', 'T2'] })],
      at: hours(2),
    },
    resolves: { by: [revised(fulfilment(hours(2)))] },
  },
});

interface Tracked {
  value: { trackingNumbers: readonly string[] };
}

/** The ordinary case, seen without making a set. */
function plainlyEqual({ dispatches, fulfilments }: Shipment): boolean {
  if (dispatches.length !== 1 || fulfilments.length !== 1) return false;
  const sent = (dispatches[0] as Tracked).value.trackingNumbers;
  const posted = (fulfilments[0] as Tracked).value.trackingNumbers;
  if (sent.length !== posted.length) return false;
  for (let i = 0; i < sent.length; i++) if (sent[i] !== posted[i]) return false;
  return true;
}

function numbersOf(documents: readonly Tracked[]): Set<string> {
  return new Set(documents.flatMap(({ value }) => value.trackingNumbers));
}
