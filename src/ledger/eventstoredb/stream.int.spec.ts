/** Whoever follows a stream stops at once, at whatever moment it is told to. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EventStoreSimulator } from '../../../test/support/eventstore/simulator';
import { type Heard, LedgerStream } from './stream';
import { ledgerUrl } from './url';

const on = (heard: () => void = () => undefined): Heard => ({ confirmed: heard, appended: heard });

describe('following a stream', () => {
  let server: EventStoreSimulator;
  let stream: LedgerStream;
  beforeEach(async () => {
    server = await new EventStoreSimulator().start();
    stream = new LedgerStream({ ...ledgerUrl(server.url), stream: 'stream' });
  });
  afterEach(async () => {
    await stream.close();
    await server.stop();
  });

  it('does not begin where it was told to stop before', async () => {
    let heard = 0;
    await stream.follow(
      0,
      on(() => (heard += 1)),
      AbortSignal.abort(),
    );
    expect(heard).toBe(0);
  });

  it.each([0, 1, 2, 5, 20])('ends when it is told to stop %i turns after it began', async (turns) => {
    const stopped = new AbortController();
    const followed = stream.follow(0, on(), stopped.signal);
    for (let turn = 0; turn < turns; turn++) await nextTurn();
    stopped.abort();
    await followed;
  });

  it('ends while it listens', async () => {
    const stopped = new AbortController();
    await stream.follow(
      0,
      on(() => stopped.abort()),
      stopped.signal,
    );
  });

  it('ends where no server answers', async () => {
    const stopped = new AbortController();
    server.down();
    const followed = stream.follow(0, on(), stopped.signal);
    stopped.abort();
    await followed;
  });

  it('fails where no server answers and nobody told it to stop', async () => {
    server.down();
    await expect(stream.follow(0, on(), new AbortController().signal)).rejects.toThrow();
  });
});
