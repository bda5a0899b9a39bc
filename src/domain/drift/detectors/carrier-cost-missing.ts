import { latest, sourceOf } from '../../cases/held';
import type { OrderState } from '../../cases/order';
import { currencyDigits, formatDecimal } from '../../exact';
import { graceMs } from '../../policy';
import { detector } from '../detector';
import {
  alive,
  customer,
  dispatched,
  fulfilment,
  hours,
  item,
  manifested,
  revised,
  salesOrder,
} from '../examples';
import { type Finding, NO_FINDINGS, divergedAt } from '../finding';
import { eachManifest } from './carrier-cost';
import { isCancelled } from './shared';

const CODE = 'carrier-cost-missing';
const GRACE_SECONDS = 24 * 3600;
const FEED = { kind: 'prima', stream: 'ItemFulfilment' };
const basics = [
  customer(hours(-9)),
  item(hours(-9)),
  salesOrder(hours(0)),
  manifested(hours(1)),
  dispatched(hours(1)),
];
const carried = { carrier: 'DPD', service: 'NEXT_DAY', carrierCost: { amount: 390, currency: 'EUR' } };

export const carrierCostMissing = detector({
  code: CODE,
  on: 'order',
  meaning:
    'Scend manifested the shipment with carrier, service and cost, and its item fulfilment in Prima lacks one of them.',
  severity: 'medium',
  graceSeconds: GRACE_SECONDS,
  parts: ['warehouse'],
  causes: ['carrier', 'service', 'cost'],
  supersedes: [],
  detect(state, context): readonly Finding[] {
    if (state.manifested.length === 0 || state.fulfilments.length === 0) return NO_FINDINGS;
    if (allComplete(state) || isCancelled(state)) return NO_FINDINGS;
    const findings: Finding[] = [];
    eachManifest(state, context, (manifest, fulfilments) => {
      const { dispatchRef, carrier, service, cost } = manifest.value;
      if (carrier === null || service === null || cost === null) return;
      const lacking = [
        ...(fulfilments.some(({ value }) => value.carrier !== null) ? [] : ['carrier']),
        ...(fulfilments.some(({ value }) => value.service !== null) ? [] : ['service']),
        ...(fulfilments.some(({ value }) => value.carrierCost !== null) ? [] : ['cost']),
      ];
      const posted = latest(fulfilments);
      const [first] = lacking;
      if (first === undefined || posted === null) return;
      const since = Math.max(manifest.at, posted.at);
      const matter = { warehouse: posted.value.warehouse ?? undefined };
      const dueAt = since + graceMs(context.policyOf(matter), CODE, GRACE_SECONDS);
      if (!context.missing(since, dueAt, FEED)) return;
      const amount = `${formatDecimal(cost.amount, currencyDigits(cost.currency))} ${cost.currency}`;
      findings.push({
        subject: { kind: 'shipment', id: dispatchRef },
        discriminator: '',
        matter,
        since,
        dueAt,
        sides: [
          { system: sourceOf(manifest), value: { carrier, service, cost: amount }, fact: manifest.fact },
          {
            system: sourceOf(posted),
            value: { fulfilment: posted.value.fulfilmentNo, lacks: lacking },
            fact: posted.fact,
          },
        ],
        difference: lacking.join(', '),
        explained: [],
        amountAtRisk: { minor: Math.abs(cost.amount), currency: cost.currency },
        unitsAtRisk: null,
        cause: { code: first, detail: `Prima's fulfilment of ${dispatchRef} lacks ${lacking.join(', ')}` },
        divergence: divergedAt(posted.at >= manifest.at ? posted : manifest),
        fixes: [
          {
            kind: 'correct',
            system: 'prima',
            text: `Write ${carrier}, ${service} and ${amount} to item fulfilment ${posted.value.fulfilmentNo}.`,
          },
        ],
      });
    });
    return findings;
  },
  examples: {
    opens: {
      facts: [...basics, fulfilment(hours(2), { ...carried, carrierCost: null }), alive('prima', hours(26))],
      at: hours(26),
      subject: 'shipment:D1',
      cause: 'cost',
    },
    // Prima has not been heard up to the due time.
    staysClosed: {
      facts: [...basics, fulfilment(hours(2), { ...carried, carrierCost: null }), alive('prima', hours(25))],
      at: hours(27),
    },
    resolves: { by: [revised(fulfilment(hours(2), carried))] },
  },
});

function allComplete({ fulfilments }: OrderState): boolean {
  for (const { value } of fulfilments)
    if (value.carrier === null || value.service === null || value.carrierCost === null) return false;
  return true;
}
