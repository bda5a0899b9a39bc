/**
 * The same document in the same revision, said twice with other content: both are kept, one wins by rule, and this says so. Of many
 * the strongest are told; that there were more is told by `check-incomplete`.
 */
import { sourceOf } from '../../cases/held';
import { cut } from '../../facts/cut';
import { graceMs } from '../../policy';
import type { DetectContext } from '../context';
import type { Detector } from '../detector';
import {
  balance,
  bom,
  customer,
  hours,
  invoice,
  item,
  level,
  refundRequest,
  reservation,
  revised,
  salesOrder,
  taxCode,
} from '../examples';
import { type Finding, type Json, NO_FINDINGS } from '../finding';
import { type Contradiction, contradictionsOf } from './contradicted';

const CODE = 'conflicting-duplicate';
const LONGEST = 300;

type Examples = Detector['examples'];

function conflicting<K extends keyof typeof contradictionsOf>(on: K, examples: Examples): Detector<K> {
  return {
    code: CODE,
    on,
    meaning: 'The same business key and revision came with other content.',
    severity: 'high',
    graceSeconds: 0,
    causes: ['same-revision', 'same-instant'],
    supersedes: [],
    detect(state, context) {
      const contradictions: readonly Contradiction[] = contradictionsOf[on](state);
      if (contradictions.length === 0) return NO_FINDINGS;
      return contradictions.flatMap((each) =>
        each.losers.flatMap((loser) => finding({ ...each, loser }, context)),
      );
    },
    examples,
  };
}

const order = conflicting(
  'order',
  said(
    salesOrder(hours(0)),
    salesOrder(hours(0), { status: 'cancelled' }),
    revised(salesOrder(hours(0))),
    salesOrder(hours(0)),
  ),
);

const stock = conflicting(
  'stock',
  said(balance(hours(0), 5), balance(hours(0), 6), balance(hours(1), 6), balance(hours(0), 5)),
);

const product = conflicting(
  'product',
  said(
    bom(hours(0), ['BAG-1']),
    bom(hours(0), ['BAG-2']),
    revised(bom(hours(0), ['BAG-2'])),
    bom(hours(0), ['BAG-1']),
  ),
);

const account = conflicting(
  'customer',
  said(customer(hours(0)), customer(hours(0), 'net_30'), revised(customer(hours(0))), customer(hours(0))),
);

const channelOrder = conflicting(
  'channel-order',
  said(
    reservation(hours(0), 1),
    reservation(hours(0), 2),
    revised(reservation(hours(0), 2)),
    reservation(hours(0), 1),
  ),
);

const consolidated = (quantity: number) => invoice(hours(0), { orderNo: 'SO2', quantity });
const invoices = conflicting(
  'invoice',
  said(consolidated(1), consolidated(2), revised(consolidated(2)), consolidated(1)),
);

const nameless = (amount: number) => refundRequest(hours(0), { orderNo: null, amount });
const returns = conflicting('return', said(nameless(1), nameless(2), revised(nameless(2)), nameless(1)));

const taxCodes = conflicting(
  'tax-codes',
  said(
    taxCode(hours(0), 'S'),
    taxCode(hours(0), 'S', 20),
    revised(taxCode(hours(0), 'S', 20)),
    taxCode(hours(0), 'S'),
  ),
);

const counts: Detector<'stock'> = {
  ...stock,
  examples: {
    opens: {
      facts: [item(hours(-9)), level(hours(0), 5), level(hours(0), 6, { event: 'evt-other' })],
      at: hours(0),
      subject: 'fact:2',
      cause: 'same-instant',
    },
    staysClosed: {
      facts: [item(hours(-9)), level(hours(0), 5), level(hours(0), 5, { event: 'evt-other' })],
      at: hours(0),
    },
    resolves: { by: [level(hours(1), 6)] },
  },
};

export const conflictingDuplicate = [
  order,
  counts,
  product,
  account,
  channelOrder,
  invoices,
  returns,
  taxCodes,
] as const;

/** Who won, and one who lost. */
type Conflict = Omit<Contradiction, 'losers' | 'isMore'> & { loser: Content };

function finding({ winner, loser, discriminator, cause }: Conflict, context: DetectContext): Finding[] {
  const since = Math.max(winner.at, loser.at);
  const dueAt = since + graceMs(context.policy, CODE, 0);
  if (!context.due(dueAt)) return [];
  const fields = differing(winner, loser);
  const system = sourceOf(winner);
  const what = winner.key.slice(system.length + 1);
  return [
    {
      subject: { kind: 'fact', id: String(loser.fact) },
      discriminator,
      since,
      dueAt,
      sides: [
        { system, value: shown(winner, fields), fact: winner.fact },
        { system, value: shown(loser, fields), fact: loser.fact },
      ],
      difference: fields.join(', '),
      explained: [],
      amountAtRisk: null,
      unitsAtRisk: null,
      cause: {
        code: cause,
        about: `${system} ${fields.join(', ')}`,
        detail: `${what} was said twice, and differs in ${fields.join(', ')}`,
      },
      divergence: { fact: loser.fact, at: loser.at },
      fixes: [
        {
          kind: 'correct',
          system,
          text: `Find which of the two is right, and have ${system} send ${what} again in a newer revision.`,
        },
      ],
    },
  ];
}

type Content = Contradiction['losers'][number];

function fieldsOf({ at, value }: Content): Record<string, unknown> {
  return { ...(value as Record<string, unknown>), occurredAt: at };
}

function differing(a: Content, b: Content): string[] {
  const [left, right] = [fieldsOf(a), fieldsOf(b)];
  const text = (value: unknown) => JSON.stringify(value);
  return Object.keys(left).filter((name) => text(left[name]) !== text(right[name]));
}

/** The fields that differ, as text that a reader can take in. */
function shown(content: Content, fields: readonly string[]): Json {
  const values = fieldsOf(content);
  return Object.fromEntries(
    fields.map((name) => {
      const text = JSON.stringify(values[name] ?? null);
      return [name, cut(text, LONGEST)];
    }),
  );
}

/** The second wins, being the later to be said; `revision` settles it; `again` is what was said first, in so many words. */
function said(
  first: Examples['opens']['facts'][number],
  other: Examples['opens']['facts'][number],
  revision: Examples['opens']['facts'][number],
  again: Examples['opens']['facts'][number],
): Examples {
  return {
    opens: { facts: [first, other], at: hours(0), subject: 'fact:1', cause: 'same-revision' },
    staysClosed: { facts: [first, again], at: hours(0) },
    resolves: { by: [revision] },
  };
}
