import { formatInstant } from '../../facts/instant';
import { type Policy, graceMs } from '../../policy';
import type { FeedState } from '../../cases/feed';
import { detector } from '../detector';
import { alive, hours } from '../examples';
import { type Finding, NO_FINDINGS } from '../finding';
import { own } from '../../own';

const CODE = 'feed-stale';

export const feedStale = detector({
  code: CODE,
  on: 'feed',
  meaning: 'Nothing was received for longer than the expected interval, by our clock of receipt.',
  severity: 'high',
  graceSeconds: 0,
  causes: ['silent', 'never-heard'],
  supersedes: [],
  detect(state, context): readonly Finding[] {
    if (!state.independent) return NO_FINDINGS;
    const interval = expectedIntervalMs(state, context.policy);
    const dueAt = state.receivedAt + interval + graceMs(context.policy, CODE, 0);
    // Longer than the interval: one millisecond more.
    if (!context.due(dueAt + 1)) return NO_FINDINGS;
    return [
      {
        subject: { kind: 'feed', id: `${state.source}/${state.stream}` },
        discriminator: '',
        since: state.receivedAt,
        dueAt,
        sides: [
          {
            system: state.source,
            value: { lastReceivedAt: formatInstant(state.receivedAt) },
            fact: state.receivedFact,
          },
          { system: 'tallystick', value: { expectedIntervalSeconds: interval / 1000 }, fact: null },
        ],
        difference: 'silent',
        explained: [],
        amountAtRisk: null,
        unitsAtRisk: null,
        cause: {
          code: state.messages === 0 ? 'never-heard' : 'silent',
          about: state.source,
          detail: `nothing from ${state.source} since ${formatInstant(state.receivedAt)}`,
        },
        divergence: { fact: state.receivedFact, at: state.receivedAt },
        fixes: [
          {
            kind: 'investigate',
            system: state.source,
            text: `Check the connection of ${state.source}; nothing on it is judged missing meanwhile.`,
          },
        ],
      },
    ];
  },
  examples: {
    opens: { facts: [alive('scend', hours(0))], at: hours(25), subject: 'feed:scend/*', cause: 'silent' },
    staysClosed: { facts: [alive('scend', hours(0))], at: hours(24) },
    resolves: { by: [alive('scend', hours(26))] },
  },
});

export function expectedIntervalMs(state: FeedState, policy: Policy): number {
  const said = own(policy.feeds, `${state.source}/${state.stream}`) ?? own(policy.feeds, state.source);
  return (
    (said?.expectedIntervalSeconds ??
      state.expectedIntervalSeconds ??
      policy.defaults.expectedIntervalSeconds) * 1000
  );
}
