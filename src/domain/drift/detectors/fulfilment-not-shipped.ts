import type { Body } from '../../facts/canonical';
import { type Held, sourceOf } from '../../cases/held';
import { isCharge } from '../../cases/matches';
import { type OrderState, orderSubject } from '../../cases/order';
import { formatQuantity } from '../../exact';
import { graceMs } from '../../policy';
import type { DetectContext } from '../context';
import { detector } from '../detector';
import { alive, customer, dispatched, fulfilment, hours, item, salesOrder } from '../examples';
import { type Finding, NO_FINDINGS, divergedAt } from '../finding';
import { isCancelled, shipments, sumMoney, valueOf } from './shared';

const CODE = 'fulfilment-not-shipped';
const GRACE_SECONDS = 4 * 3600;
const SCEND = { kind: 'scend', stream: 'order' };
const basics = [customer(hours(-9)), item(hours(-9)), salesOrder(hours(0)), alive('scend', hours(0))];

type Fulfilment = Held<Body<'fulfilment'>>;

export const fulfilmentNotShipped = detector({
  code: CODE,
  on: 'order',
  meaning: 'Prima has a shipped item fulfilment and Scend no dispatch for it.',
  severity: 'high',
  graceSeconds: GRACE_SECONDS,
  parts: ['warehouse'],
  causes: ['dispatch-unknown', 'not-dispatched'],
  supersedes: [],
  detect(state, context): readonly Finding[] {
    if (state.fulfilments.length === 0 || allNamed(state) || isCancelled(state)) return NO_FINDINGS;
    const findings: Finding[] = [];
    for (const held of unshipped(state, context)) {
      const matter = { warehouse: held.value.warehouse ?? undefined };
      const dueAt = held.at + graceMs(context.policyOf(matter), CODE, GRACE_SECONDS);
      if (!context.missing(held.at, dueAt, SCEND)) continue;
      const { fulfilmentNo, dispatchRef, lines } = held.value;
      findings.push({
        subject: { kind: 'order', id: orderSubject(state) },
        discriminator: fulfilmentNo,
        matter,
        since: held.at,
        dueAt,
        sides: [
          {
            system: sourceOf(held),
            value: {
              fulfilment: fulfilmentNo,
              dispatch: dispatchRef,
              lines: Object.fromEntries(
                lines.map(({ sku, quantity, uom }) => [sku, `${formatQuantity(quantity)} ${uom}`]),
              ),
            },
            fact: held.fact,
          },
          { system: 'scend', value: null, fact: null },
        ],
        difference: 'no dispatch',
        explained: [],
        amountAtRisk: sumMoney(lines.map(({ sku, quantity }) => valueOf(state, sku, quantity))),
        unitsAtRisk: null,
        cause:
          dispatchRef === null
            ? { code: 'not-dispatched', detail: `fulfilment ${fulfilmentNo} has no dispatch in Scend` }
            : { code: 'dispatch-unknown', detail: `Scend has never told of dispatch ${dispatchRef}` },
        divergence: divergedAt(held),
        fixes: [
          {
            kind: 'investigate',
            system: 'scend',
            text: `Ask the warehouse whether the goods of ${fulfilmentNo} have left; if not, reverse the fulfilment in Prima.`,
          },
        ],
      });
    }
    return findings;
  },
  examples: {
    opens: {
      facts: [...basics, fulfilment(hours(1)), alive('scend', hours(5))],
      at: hours(5),
      subject: 'order:SC-1',
      cause: 'dispatch-unknown',
    },
    staysClosed: { facts: [...basics, fulfilment(hours(1)), alive('scend', hours(4))], at: hours(6) },
    resolves: { by: [dispatched(hours(6))] },
  },
});

/** The ordinary case, seen without pairing anything: each fulfilment names a dispatch that Scend has told of. */
function allNamed({ fulfilments, dispatched: sent }: OrderState): boolean {
  for (const { value } of fulfilments) {
    const ref = value.dispatchRef;
    if (ref === null || !sent.some((held) => held.value.dispatchRef === ref)) return false;
  }
  return true;
}

/** Shipped fulfilments that belong to no dispatch. One of charges alone ships nothing. */
function unshipped(state: OrderState, context: DetectContext): Fulfilment[] {
  const paired = new Set(shipments(state, context).flatMap((shipment) => shipment.fulfilments));
  return state.fulfilments.filter(
    (held) =>
      held.value.status === 'shipped' &&
      !paired.has(held) &&
      held.value.lines.some((line) => !isCharge(state, line.sku, null, context.product)),
  );
}
