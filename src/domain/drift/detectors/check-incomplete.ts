/** A bound was reached, so a check did not look at everything: what was not looked at is not silently passed over. */
import { MOST_RIVALS, sourceOf } from '../../cases/held';
import type { CaseStates } from '../../cases/kinds';
import { orderSubject } from '../../cases/order';
import { graceMs } from '../../policy';
import type { DetectContext } from '../context';
import type { Detector, Told } from '../detector';
import {
  bom,
  customer,
  hours,
  invoice,
  level,
  refundRequest,
  reservation,
  revised,
  salesOrder,
  taxCode,
} from '../examples';
import { type Finding, NO_FINDINGS } from '../finding';
import { type Contradiction, contradictionsOf } from './contradicted';

const CODE = 'check-incomplete';
/** Whose check it was: with the document, it tells several of one case apart. */
const CHECK = 'conflicting-duplicate';

type Contradictable = keyof typeof contradictionsOf;
type Subject = Finding['subject'];

function incomplete<K extends Contradictable>(
  on: K,
  subjectOf: (state: CaseStates[K], winner: Contradiction['winner']) => Subject,
  subject: string,
  examples: { told: (version: number) => Told; revision: Told },
): Detector<K> {
  const all = Array.from({ length: MOST_RIVALS + 2 }, (_, version) => examples.told(version + 1));
  return {
    code: CODE,
    on,
    meaning: 'A bound made a check impossible: the drift names the check and the bound.',
    severity: 'high',
    graceSeconds: 0,
    causes: ['too-many-versions'],
    supersedes: [],
    detect(state, context) {
      const contradictions: readonly Contradiction[] = contradictionsOf[on](state);
      if (!contradictions.some(({ isMore }) => isMore)) return NO_FINDINGS;
      return contradictions.flatMap((each) =>
        each.isMore ? finding(each, subjectOf(state, each.winner), context) : [],
      );
    },
    examples: {
      opens: { facts: all, at: hours(0), subject, cause: 'too-many-versions' },
      staysClosed: { facts: all.slice(1), at: hours(0) },
      resolves: { by: [examples.revision] },
    },
  };
}

function finding(
  { winner, losers, discriminator, cause }: Contradiction,
  subject: Subject,
  context: DetectContext,
): Finding[] {
  const dueAt = winner.at + graceMs(context.policy, CODE, 0);
  if (!context.due(dueAt)) return [];
  const system = sourceOf(winner);
  const what = winner.key.slice(system.length + 1);
  const [strongest] = losers;
  const limit = `more than ${MOST_RIVALS + 1} contents ${cause === 'same-instant' ? 'of one instant' : 'in one revision'}`;
  return [
    {
      subject,
      discriminator: `${CHECK}/${discriminator}`,
      since: winner.at,
      dueAt,
      sides: [
        { system, value: 'the content that stands', fact: winner.fact },
        { system, value: `${losers.length} other contents, the strongest`, fact: strongest?.fact ?? null },
      ],
      difference: limit,
      explained: [],
      amountAtRisk: null,
      unitsAtRisk: null,
      cause: {
        code: 'too-many-versions',
        about: `${system} ${CHECK}`,
        detail: `${what} was said with ${limit}, and ${CHECK} compares no more: others are in the ledger and are not listed`,
      },
      divergence: { fact: strongest?.fact ?? winner.fact, at: winner.at },
      fixes: [
        {
          kind: 'correct',
          system,
          text: `Find why ${system} changes ${what} without a newer revision, and have it send what is right in one.`,
        },
      ],
    },
  ];
}

const order = (version: number) => salesOrder(hours(0), { status: `open-${version}` });
const kit = (version: number) => bom(hours(0), [`PART-${version}`]);
const consolidated = (quantity: number) => invoice(hours(0), { orderNo: 'SO2', quantity });
const nameless = (amount: number) => refundRequest(hours(0), { orderNo: null, amount });

export const checkIncomplete = [
  incomplete('order', (state) => ({ kind: 'order', id: orderSubject(state) }), 'order:SC-1', {
    told: order,
    revision: revised(order(1)),
  }),
  incomplete(
    'stock',
    ({ sku, warehouse }) => ({ kind: 'stock', id: `${sku}@${warehouse}` }),
    'stock:BAG-1@UK1',
    {
      told: (version) => level(hours(0), version, { event: `evt-${version}` }),
      revision: level(hours(1), 1),
    },
  ),
  incomplete('product', ({ sku }) => ({ kind: 'product', id: sku }), 'product:KIT-1', {
    told: kit,
    revision: revised(kit(1)),
  }),
  incomplete('customer', ({ account }) => ({ kind: 'customer', id: account }), 'customer:C1', {
    told: (version) => customer(hours(0), `net_${version}`),
    revision: revised(customer(hours(0))),
  }),
  incomplete('channel-order', ({ ref }) => ({ kind: 'order', id: ref }), 'order:SC-1', {
    told: (version) => reservation(hours(0), version),
    revision: revised(reservation(hours(0), 1)),
  }),
  incomplete('invoice', ({ invoiceNo }) => ({ kind: 'invoice', id: invoiceNo }), 'invoice:INV1', {
    told: consolidated,
    revision: revised(consolidated(1)),
  }),
  incomplete('return', ({ ref }) => ({ kind: 'return', id: ref }), 'return:R-1', {
    told: nameless,
    revision: revised(nameless(1)),
  }),
  incomplete('tax-codes', (_state, { key }) => ({ kind: 'document', id: key }), 'document:prima/TaxCode/S', {
    told: (version) => taxCode(hours(0), 'S', version),
    revision: revised(taxCode(hours(0), 'S', 20)),
  }),
];
