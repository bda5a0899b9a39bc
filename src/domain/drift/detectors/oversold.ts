import { sourceOf } from '../../cases/held';
import { type Promised, promiseOf } from '../../cases/stock-position';
import { formatQuantity } from '../../exact';
import { graceMs } from '../../policy';
import { detector } from '../detector';
import { type Finding, NO_FINDINGS } from '../finding';
import { balance, hours, item, journal, synchronised } from '../examples';
import { stockValue } from './stock-mismatch';
import { heldSince } from './stock-since';

const CODE = 'oversold';
const basics = [item(hours(-9)), synchronised(hours(-9))];

export const oversold = detector({
  code: CODE,
  on: 'stock',
  meaning: "Prima's free stock is negative, or its allocated stock exceeds its physical stock.",
  severity: 'critical',
  graceSeconds: 0,
  windowed: true,
  causes: ['allocated-exceeds-physical', 'free-negative'],
  supersedes: ['stock-mismatch'],
  detect(state, context): readonly Finding[] {
    if (state.balances.length === 0) return NO_FINDINGS;
    const promise = promiseOf(state, context.now, context.product);
    if (promise === null || !isOversold(promise)) return NO_FINDINGS;
    const { anchor } = promise;
    const start = heldSince(state, context.now, { at: anchor.at, fact: anchor.fact }, (instant) => {
      const then = promiseOf(state, instant, context.product);
      return then && isOversold(then);
    });
    const dueAt = start.at + graceMs(context.policy, CODE, 0);
    if (!context.due(dueAt)) return NO_FINDINGS;
    const short = Math.max(-promise.free, promise.allocated - promise.physical);
    const system = sourceOf(anchor);
    return [
      {
        subject: { kind: 'stock', id: `${state.sku}@${state.warehouse}` },
        discriminator: '',
        since: start.at,
        certain: start.certain,
        dueAt,
        sides: [
          { system, value: { physical: formatQuantity(promise.physical) }, fact: anchor.fact },
          {
            system,
            value: { allocated: formatQuantity(promise.allocated), free: formatQuantity(promise.free) },
            fact: anchor.fact,
          },
        ],
        difference: formatQuantity(-short),
        explained: [],
        amountAtRisk: stockValue(state, short),
        unitsAtRisk: formatQuantity(short),
        cause: {
          code: promise.allocated > promise.physical ? 'allocated-exceeds-physical' : 'free-negative',
          about: state.sku,
          detail: `${formatQuantity(short)} more are promised than there are`,
        },
        divergence: { fact: start.fact, at: start.at },
        fixes: [
          {
            kind: 'correct',
            system: 'prima',
            text: `Release ${formatQuantity(short)} of ${state.sku} allocated in ${state.warehouse}, or bring as many in; stop selling it meanwhile.`,
          },
        ],
      },
    ];
  },
  examples: {
    opens: {
      facts: [...basics, balance(hours(0), 3, 5)],
      at: hours(0),
      subject: 'stock:BAG-1@UK1',
      cause: 'allocated-exceeds-physical',
    },
    // Everything is allocated, and no more than that.
    staysClosed: { facts: [...basics, balance(hours(0), 5, 5)], at: hours(0) },
    resolves: { by: [journal(hours(1), 2)] },
  },
});

function isOversold({ physical, allocated, free }: Promised): boolean {
  return free < 0 || allocated > physical;
}
