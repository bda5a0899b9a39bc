import type { FeedState } from '../../cases/feed';
import { formatInstant } from '../../facts/instant';
import { type Policy, graceMs, toleranceMs } from '../../policy';
import { detector } from '../detector';
import { alive, heartbeat, hours } from '../examples';
import { type Finding, NO_FINDINGS } from '../finding';

const CODE = 'feed-behind';
const TOLERANCE_SECONDS = 15 * 60;

export const feedBehind = detector({
  code: CODE,
  on: 'feed',
  meaning: 'Messages arrive, but their own clock lags by more than 15 minutes.',
  severity: 'medium',
  graceSeconds: 0,
  reads: { toleranceSeconds: String(TOLERANCE_SECONDS) },
  // While it catches up a little, it is behind since it first fell behind.
  windowed: true,
  causes: ['heartbeat', 'messages'],
  supersedes: [],
  detect(state, context): readonly Finding[] {
    if (!state.independent) return NO_FINDINGS;
    const lag = lagOf(state, context.policy);
    if (lag === null) return NO_FINDINGS;
    const tolerance = toleranceMs(context.policy, CODE, TOLERANCE_SECONDS);
    if (lag.at - lag.newest <= tolerance) return NO_FINDINGS;
    const since = lag.newest + tolerance;
    const dueAt = since + graceMs(context.policy, CODE, 0);
    if (!context.due(dueAt)) return NO_FINDINGS;
    const behindSeconds = Math.floor((lag.at - lag.newest) / 1000);
    return [
      {
        subject: { kind: 'feed', id: `${state.source}/${state.stream}` },
        discriminator: '',
        since,
        dueAt,
        sides: [
          { system: state.source, value: { upTo: formatInstant(lag.newest) }, fact: lag.fact },
          {
            system: 'tallystick',
            value: { seenAt: formatInstant(lag.at), toleranceSeconds: tolerance / 1000 },
            fact: null,
          },
        ],
        difference: `${behindSeconds} s behind`,
        explained: [],
        amountAtRisk: null,
        unitsAtRisk: null,
        cause: {
          code: lag.cause,
          about: state.source,
          detail: `at ${formatInstant(lag.at)} ${state.source} had told up to ${formatInstant(lag.newest)}`,
        },
        divergence: { fact: lag.fact, at: lag.newest },
        fixes: [
          {
            kind: 'investigate',
            system: state.source,
            text: `Find what holds ${state.source}/${state.stream} up (a queue, a slow job); nothing later is judged missing on it meanwhile.`,
          },
        ],
      },
    ];
  },
  examples: {
    opens: {
      facts: [alive('scend', hours(0)), heartbeat(hours(1), hours(1) - 900_001)],
      at: hours(1),
      subject: 'feed:scend/stock',
      cause: 'heartbeat',
    },
    // Behind by as much as is tolerated.
    staysClosed: {
      facts: [alive('scend', hours(0)), heartbeat(hours(1), hours(1) - 900_000)],
      at: hours(1),
    },
    resolves: { by: [heartbeat(hours(2), hours(2))] },
  },
});

interface Lag {
  newest: number;
  at: number;
  fact: number;
  cause: 'heartbeat' | 'messages';
}

/** A heartbeat says it best. Without one, our clock at the last receipt does, of a feed that has been current before. */
function lagOf(state: FeedState, policy: Policy): Lag | null {
  const { lastBeat, newest, leastLag, receivedAt, receivedFact } = state;
  if (lastBeat !== null)
    return { newest: lastBeat.asOf, at: lastBeat.at, fact: lastBeat.fact, cause: 'heartbeat' };
  const imported = leastLag === null || leastLag > toleranceMs(policy, CODE, TOLERANCE_SECONDS);
  if (newest === null || imported) return null;
  return { newest, at: receivedAt, fact: receivedFact, cause: 'messages' };
}
