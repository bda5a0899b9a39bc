import type { FeedState } from '../../cases/feed';
import { holesOf } from '../../cases/sequence';
import { formatInstant } from '../../facts/instant';
import { graceMs } from '../../policy';
import { detector } from '../detector';
import { heartbeat, hours, level } from '../examples';
import { type Cause, type Finding, type Json, NO_FINDINGS } from '../finding';

const CODE = 'feed-gap';
const GRACE_SECONDS = 15 * 60;
const counted = (at: number, sequence: number) => level(at, 9, { sequence });

/** Something that the feed should have brought, and since when that is known. */
interface Gap {
  discriminator: string;
  since: number;
  fact: number;
  said: Json;
  received: Json;
  difference: Json;
  cause: Cause;
}

export const feedGap = detector({
  code: CODE,
  on: 'feed',
  meaning:
    "A sequence number is missing, or a heartbeat's row count or last sequence number is not what was received.",
  severity: 'high',
  graceSeconds: GRACE_SECONDS,
  causes: ['sequence', 'last-sequence', 'row-count'],
  supersedes: [],
  detect(state, context): readonly Finding[] {
    if (state.runs.length < 2 && state.claims.length === 0 && state.rowCount === null) return NO_FINDINGS;
    const findings: Finding[] = [];
    for (const gap of [...holes(state), ...claimed(state), ...miscounted(state)]) {
      const dueAt = gap.since + graceMs(context.policy, CODE, GRACE_SECONDS);
      if (!context.due(dueAt)) continue;
      // What is missing would come by this very feed, which must have got further.
      if (!context.heard(state.source, { kind: state.kind, stream: state.stream }, dueAt)) continue;
      findings.push(finding(state, gap, dueAt));
    }
    return findings;
  },
  examples: {
    opens: {
      facts: [counted(hours(0), 7), counted(hours(1), 9), counted(hours(2), 10)],
      at: hours(2),
      subject: 'feed:scend/stock',
      cause: 'sequence',
    },
    // Begun anew, at a lower number, long after.
    staysClosed: {
      facts: [
        counted(hours(0), 7),
        counted(hours(1), 8),
        counted(hours(2), 1),
        counted(hours(3), 2),
        heartbeat(hours(4), hours(4), { lastSequence: 2 }),
      ],
      at: hours(4),
    },
    resolves: { by: [counted(hours(0.5), 8)] },
  },
});

function holes(state: FeedState): Gap[] {
  return holesOf(state.runs).map(({ from, to, at, fact }) => {
    const numbers = from === to ? String(from) : `${from}–${to}`;
    return {
      discriminator: `sequence:${from}`,
      since: at,
      fact,
      said: { sequence: to + 1 },
      received: null,
      difference: { from, to },
      cause: { code: 'sequence', detail: `${numbers} was not received, and ${to + 1} was` },
    };
  });
}

/** Numbers below the first that was seen are from before our time. */
function claimed({ claims, runs }: FeedState): Gap[] {
  const [first] = claims;
  const [last, newest] = [runs.at(-1), claims.at(-1)];
  if (!first || !newest || !last) return [];
  return [
    {
      discriminator: 'last-sequence',
      since: first.asOf,
      fact: first.fact,
      said: { lastSequence: newest.sequence },
      received: { lastSequence: last.to },
      difference: { from: last.to + 1, to: newest.sequence },
      cause: {
        code: 'last-sequence',
        detail: `${newest.sequence} was sent by ${formatInstant(newest.asOf)}; ${last.to} is the last received`,
      },
    },
  ];
}

function miscounted({ rowCount }: FeedState): Gap[] {
  const gaps: Gap[] = [];
  for (const { from, asOf, rows, got, fact } of rowCount?.intervals ?? []) {
    if (got === null || got === rows) continue;
    const span = `after ${formatInstant(from)} up to ${formatInstant(asOf)}`;
    gaps.push({
      discriminator: `rows:${formatInstant(asOf)}`,
      since: asOf,
      fact,
      said: { rows },
      received: { rows: got },
      difference: rows - got,
      cause: { code: 'row-count', detail: `${rows} messages ${span}, of which ${got} were received` },
    });
  }
  return gaps;
}

function finding({ source, stream }: FeedState, gap: Gap, dueAt: number): Finding {
  return {
    subject: { kind: 'feed', id: `${source}/${stream}` },
    discriminator: gap.discriminator,
    since: gap.since,
    dueAt,
    sides: [
      { system: source, value: gap.said, fact: gap.fact },
      { system: 'tallystick', value: gap.received, fact: null },
    ],
    difference: gap.difference,
    explained: [],
    amountAtRisk: null,
    unitsAtRisk: null,
    cause: { ...gap.cause, about: source },
    divergence: { fact: gap.fact, at: gap.since },
    fixes: [
      {
        kind: 'resend',
        system: source,
        text: `Have ${source} send ${stream === '*' ? 'its messages' : `the stream ${stream}`} of that time again: what is here already is not counted twice.`,
      },
    ],
  };
}
