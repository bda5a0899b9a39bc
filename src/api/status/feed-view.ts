import { type FeedState, watermark } from '../../domain/cases/feed';
import { expectedIntervalMs } from '../../domain/drift/detectors/feed-stale';
import { formatInstant } from '../../domain/facts/instant';
import type { Policy } from '../../domain/policy';
import type { FeedView } from './status-schema';
import { own } from '../../domain/own';

/** `instant` is the clock of the last folded fact, by which watermarks are bounded; `now` the database's. Epoch ms. */
export function feedViews(
  feeds: readonly FeedState[],
  policy: Policy,
  instant: number,
  now: number,
): FeedView[] {
  return feeds.map((feed) => {
    const siblings = feeds.filter(({ source }) => source === feed.source);
    const mark = watermark(feed, siblings, latenessMs(feed, policy), instant);
    return {
      source: feed.source,
      stream: feed.stream,
      watermark: mark === null ? null : formatInstant(mark),
      lastReceivedAt: feed.messages === 0 ? null : formatInstant(feed.receivedAt),
      state: stateOf(feed, siblings, policy, now),
    };
  });
}

/** A stream that no heartbeat names is judged with its source. */
function stateOf(
  feed: FeedState,
  siblings: readonly FeedState[],
  policy: Policy,
  now: number,
): FeedView['state'] {
  const judged = feed.independent ? feed : (siblings.find(({ stream }) => stream === '*') ?? feed);
  if (judged.messages === 0) return 'silent';
  return now - judged.receivedAt > expectedIntervalMs(judged, policy) ? 'stale' : 'current';
}

function latenessMs(feed: FeedState, policy: Policy): number {
  const said = own(policy.feeds, `${feed.source}/${feed.stream}`) ?? own(policy.feeds, feed.source);
  return (said?.allowedLatenessSeconds ?? policy.defaults.allowedLatenessSeconds) * 1000;
}
