import { defaultPolicy } from '../../domain/policy';
import { FeedBook } from './feed-book';

type Block = Parameters<FeedBook['take']>[0];

const book = () => new FeedBook(defaultPolicy, () => null);
const block = (part: Partial<Block>): Block => ({
  at: 1_000,
  connected: [],
  receipts: [],
  beats: [],
  ...part,
});
const connected = (fact: number, expectedIntervalSeconds: number | null) =>
  block({ connected: [{ source: 'wms', kind: 'scend', fact, expectedIntervalSeconds }] });
const heard = (fact: number, stream: string) =>
  block({
    receipts: [
      {
        source: 'wms',
        kind: 'scend',
        stream,
        fact,
        oldest: 900,
        newest: 900,
        messages: 1,
        told: [],
        runs: [],
      },
    ],
  });

const intervals = (feeds: FeedBook) =>
  Object.fromEntries(feeds.takeChanged().map((feed) => [feed.stream, feed.expectedIntervalSeconds]));

describe('the interval at which a feed is expected', () => {
  it('is what the fact that configured its source says, for the whole and every stream of it', () => {
    const feeds = book();
    feeds.take(connected(1, 60));
    feeds.take(heard(2, 'shipments'));
    expect(intervals(feeds)).toEqual({ '*': 60, shipments: 60 });
  });

  it('changes with a later fact, also for streams heard from before', () => {
    const feeds = book();
    feeds.take(connected(1, 60));
    feeds.take(heard(2, 'shipments'));
    feeds.takeChanged();
    feeds.take(connected(3, null));
    expect(intervals(feeds)).toEqual({ '*': null, shipments: null });
  });

  it('stays when the feed is heard from again', () => {
    const feeds = book();
    feeds.take(connected(1, 60));
    feeds.take(heard(2, 'shipments'));
    feeds.take(heard(3, 'shipments'));
    expect(intervals(feeds)).toEqual({ '*': 60, shipments: 60 });
  });
});
