import { latest, sourceOf } from '../../cases/held';
import type { OrderState } from '../../cases/order';
import { currencyDigits, exact, formatDecimal } from '../../exact';
import { graceMs } from '../../policy';
import { detector } from '../detector';
import { customer, dispatched, fulfilment, hours, item, manifested, revised, salesOrder } from '../examples';
import { type Finding, NO_FINDINGS, divergedAt } from '../finding';
import { eachManifest } from './carrier-cost';
import { isCancelled } from './shared';

const CODE = 'carrier-cost-mismatch';
const basics = [
  customer(hours(-9)),
  item(hours(-9)),
  salesOrder(hours(0)),
  manifested(hours(1)),
  dispatched(hours(1)),
];
const costs = (amount: number, currency = 'EUR') => ({ carrierCost: { amount, currency } });

export const carrierCostMismatch = detector({
  code: CODE,
  on: 'order',
  meaning: 'Scend and Prima both have a carrier cost of the shipment, in one currency, and the costs differ.',
  severity: 'medium',
  graceSeconds: 0,
  parts: ['warehouse'],
  causes: ['cost'],
  supersedes: [],
  detect(state, context): readonly Finding[] {
    if (state.manifested.length === 0 || state.fulfilments.length === 0) return NO_FINDINGS;
    if (plainlyEqual(state) || isCancelled(state)) return NO_FINDINGS;
    const findings: Finding[] = [];
    eachManifest(state, context, (manifest, fulfilments) => {
      const { dispatchRef, cost } = manifest.value;
      if (cost === null) return;
      // Amounts of several postings of one dispatch add up; those in another currency are not compared.
      let booked: number | null = null;
      for (const { value } of fulfilments) {
        if (value.carrierCost === null) continue;
        if (value.carrierCost.currency !== cost.currency) return;
        booked = exact((booked ?? 0) + value.carrierCost.amount);
      }
      if (booked === null || booked === cost.amount) return;
      const posted = latest(fulfilments);
      if (posted === null) return;
      const parted = posted.at >= manifest.at ? posted : manifest;
      const matter = { warehouse: posted.value.warehouse ?? undefined };
      const dueAt = parted.at + graceMs(context.policyOf(matter), CODE, 0);
      if (!context.due(dueAt)) return;
      const { currency } = cost;
      const money = (minor: number) => `${formatDecimal(minor, currencyDigits(currency))} ${currency}`;
      findings.push({
        subject: { kind: 'shipment', id: dispatchRef },
        discriminator: '',
        matter,
        since: parted.at,
        dueAt,
        sides: [
          { system: sourceOf(manifest), value: { cost: money(cost.amount) }, fact: manifest.fact },
          {
            system: sourceOf(posted),
            value: { fulfilment: posted.value.fulfilmentNo, cost: money(booked) },
            fact: posted.fact,
          },
        ],
        difference: money(cost.amount - booked),
        explained: [],
        amountAtRisk: { minor: Math.abs(cost.amount - booked), currency },
        unitsAtRisk: null,
        cause: { code: 'cost', detail: `${money(cost.amount)} manifested, ${money(booked)} in Prima` },
        divergence: divergedAt(parted),
        fixes: [
          {
            kind: 'correct',
            system: 'prima',
            text: `Correct the carrier cost of ${posted.value.fulfilmentNo} to ${money(cost.amount)}, if the carrier's invoice confirms it.`,
          },
        ],
      });
    });
    return findings;
  },
  examples: {
    opens: {
      facts: [...basics, fulfilment(hours(2), costs(309))],
      at: hours(2),
      subject: 'shipment:D1',
      cause: 'cost',
    },
    // Booked in another currency: not to be compared.
    staysClosed: { facts: [...basics, fulfilment(hours(2), costs(309, 'GBP'))], at: hours(2) },
    resolves: { by: [revised(fulfilment(hours(2), costs(390)))] },
  },
});

/** The ordinary case, seen without pairing anything: one of each, and the same cost. */
function plainlyEqual({ manifested: told, fulfilments }: OrderState): boolean {
  if (told.length !== 1 || fulfilments.length !== 1) return false;
  const sent = told[0]?.value.cost;
  const booked = fulfilments[0]?.value.carrierCost;
  return sent?.amount === booked?.amount && sent?.currency === booked?.currency;
}
