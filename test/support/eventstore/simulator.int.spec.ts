/**
 * What a real server (23.10.8) was seen to do, row by row, asked of the simulator by the client that the ledger uses: what is proven on
 * the simulator holds on a server only as far as this.
 */
import {
  BACKWARDS,
  type Direction,
  END,
  EventStoreDBClient,
  FORWARDS,
  NO_STREAM,
  START,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
  binaryEvent,
} from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { on, once } from 'node:events';
import { settled } from '../settled';
import { EventStoreSimulator } from './simulator';

const S = 'stream';
const credentials = { username: '', password: '' };

describe('the simulator of EventStoreDB', () => {
  let server: EventStoreSimulator;
  let client: EventStoreDBClient;
  beforeEach(async () => {
    server = await new EventStoreSimulator().start();
    client = EventStoreDBClient.connectionString(server.url);
  });
  afterEach(async () => {
    await client.dispose();
    await server.stop();
  });

  const events = (count: number, bytes = 1) =>
    Array.from({ length: count }, () =>
      binaryEvent({ id: randomUUID(), type: 'fact', data: Buffer.alloc(bytes) }),
    );
  const append = async (
    these: ReturnType<typeof events>,
    expectedRevision: bigint | typeof NO_STREAM | 'any' = 'any',
    stream = S,
  ) => client.appendToStream(stream, these, { credentials, expectedRevision, deadline: 5_000 });
  const last = async (...args: Parameters<typeof append>) =>
    Number((await append(...args)).nextExpectedRevision);
  async function read(
    from: bigint | typeof START | typeof END = START,
    backwards = false,
  ): Promise<number[]> {
    const revisions: number[] = [];
    const direction: Direction = backwards ? BACKWARDS : FORWARDS;
    const options = { credentials, fromRevision: from, direction, maxCount: 1_000 };
    for await (const { event } of client.readStream(S, options)) revisions.push(Number(event?.revision));
    return revisions;
  }

  it('soft delete, then append: numbering goes on, also where no stream was expected, and with an exact revision', async () => {
    await append(events(504), NO_STREAM);
    await client.deleteStream(S, { credentials });
    await expect(read()).rejects.toBeInstanceOf(StreamNotFoundError);
    expect(await last(events(2), NO_STREAM)).toBe(505);
    expect(await read()).toEqual([504, 505]);
    await client.deleteStream(S, { credentials });
    expect(await last(events(1), 505n)).toBe(506);
    expect(await read()).toEqual([506]);
  });

  it('events with ids of events that were soft-deleted: taken for repeats, success is answered and nothing is written', async () => {
    const first = events(3);
    await append(first, NO_STREAM);
    await client.deleteStream(S, { credentials });
    expect(await last(first, NO_STREAM)).toBe(2);
    expect(await last(first)).toBe(2);
    await expect(read()).rejects.toBeInstanceOf(StreamNotFoundError);
    expect(server.streams.get(S)).toHaveLength(3);
  });

  it('the same event id at the same expected revision: a repeat, success, nothing written', async () => {
    await append(events(2), NO_STREAM);
    const block = events(2);
    expect(await last(block, 1n)).toBe(3);
    await append(events(1), 3n);
    expect(await last(block, 1n)).toBe(3);
    expect(server.streams.get(S)).toHaveLength(5);
  });

  it.each([
    ['$maxCount', { maxCount: 2 }],
    ['$maxAge', { maxAge: 1 }],
    ['$tb', { truncateBefore: 8 }],
  ])('%s: earlier events are not returned, appends go on, only the metadata tell', async (_, metadata) => {
    await append(events(8), NO_STREAM);
    server.streams.tamper(S, (all) => all.map((event) => ({ ...event, created: 0 })));
    await append(events(2));
    await client.setStreamMetadata(S, metadata, { credentials });
    expect(await read()).toEqual([8, 9]);
    expect(await read(3n)).toEqual([8, 9]);
    expect(await read(END, true)).toEqual([9, 8]);
    expect(await last(events(1), 9n)).toBe(10);
    expect(await client.getStreamMetadata(S, { credentials })).toMatchObject({ metadata });
  });

  it('tombstone: every append and read fails for good; a live subscription gets $streamDeleted, then an error', async () => {
    await append(events(1), NO_STREAM);
    const subscription = client.subscribeToStream(S, { credentials, fromRevision: 0n });
    const types: (string | undefined)[] = [];
    subscription.on('data', ({ event }) => types.push(event?.type));
    const failed = once(subscription, 'error').then(([error]: unknown[]) => error);
    await once(subscription, 'caughtUp');
    await client.tombstoneStream(S, { credentials });
    expect(await failed).toBeInstanceOf(StreamDeletedError);
    expect(types).toEqual(['$streamDeleted']);
    for (const tried of [() => append(events(1)), () => append(events(1), NO_STREAM), () => read()])
      await expect(tried()).rejects.toBeInstanceOf(StreamDeletedError);
  });

  it('a subscription that is sent a block of some hundred events while live: ABORTED, it is ended', async () => {
    const subscription = client.subscribeToStream(S, { credentials, fromRevision: START });
    const failed = once(subscription, 'error').then(([error]: unknown[]) => error);
    const heard = on(subscription, 'data');
    await once(subscription, 'caughtUp');
    await append(events(3));
    for (let i = 0; i < 3; i++) await heard.next();
    await append(events(300));
    expect(await failed).toMatchObject({ code: 10, message: expect.stringContaining('too slow') as string });
  });

  it('a revision is refused: the event that took it may not be readable yet', async () => {
    await append(events(1), NO_STREAM);
    server.streams.lag(S);
    await append(events(1), 0n);
    await expect(append(events(1), 0n)).rejects.toBeInstanceOf(WrongExpectedVersionError);
    expect(await read()).toEqual([0]);
    server.streams.catchUp(S);
    expect(await read()).toEqual([0, 1]);
  });

  it('one write: up to 1 MiB in all', async () => {
    expect(await last(events(2, 500_000))).toBe(1);
    await expect(append(events(2, 600_000))).rejects.toMatchObject({ type: 'maximum-append-size-exceeded' });
  });

  it('the disk is full: the node ends itself', async () => {
    await append(events(1), NO_STREAM);
    server.hasFullDisk = true;
    await expect(append(events(1), 0n)).rejects.toThrow();
    await expect(read()).rejects.toThrow();
    expect(server.streams.get(S)).toHaveLength(1);
  });

  it('restored from a backup: the stream is shorter, or goes on with other events of the same revisions', async () => {
    await append(events(2), NO_STREAM);
    const backup = server.streams.backup();
    const lost = events(1);
    await append(lost, 1n);
    server.streams.restore(backup);
    expect(await read()).toEqual([0, 1]);
    await append(events(1), 1n);
    expect(server.streams.get(S)?.[2]?.id).not.toBe(lost[0]?.id);
    await expect(append(lost, 1n)).rejects.toBeInstanceOf(WrongExpectedVersionError);
  });

  it('kill -9: what was acknowledged is there, in order', async () => {
    for (let i = 0; i < 5; i++) await append(events(2));
    server.break();
    await settled(async () => (await read().catch(() => [])).length === 10);
    expect(await read()).toEqual(Array.from({ length: 10 }, (_, i) => i));
  });

  it('unrelated events in $all: cost our stream nothing', async () => {
    const subscription = client.subscribeToStream(S, { credentials, fromRevision: START });
    const heard: number[] = [];
    subscription.on('data', ({ event }) => heard.push(Number(event?.revision)));
    await once(subscription, 'caughtUp');
    for (let i = 0; i < 5; i++) await append(events(300), 'any', 'unrelated');
    const next = once(subscription, 'data');
    await append(events(1), NO_STREAM);
    await next;
    expect(heard).toEqual([0]);
    await subscription.unsubscribe();
  });

  it("the client's nextExpectedRevision tells the revision of the last event written; without throwing it is wrong on a conflict", async () => {
    expect(await last(events(3), NO_STREAM)).toBe(2);
    const silent = EventStoreDBClient.connectionString(`${server.url}&throwOnAppendFailure=false`);
    const options = { credentials, expectedRevision: 7n };
    const { success, nextExpectedRevision } = await silent.appendToStream(S, events(3), options);
    expect(success).toBe(false);
    expect(nextExpectedRevision).not.toBe(10n);
    await silent.dispose();
  });
});
