/** What must not be gone on with is refused at once, named, and heals when it is mended. */
import { EventStoreDBClient, binaryEvent, jsonEvent } from '@eventstore/db-client';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EventStoreSimulator } from '../../../test/support/eventstore/simulator';
import { freshDatabase, type TestDatabase } from '../../../test/support/postgres';
import { settled } from '../../../test/support/settled';
import { proposal, proposals, readAll } from '../contract/proposals';
import { type Ledger, LedgerStopped, LedgerUnavailable } from '../port';
import { createPostgresLedger } from '../postgres';
import { type EventStoreLedgerOptions, createEventStoreLedger } from './index';
import { moveLedger } from './move';

const STREAM = 'tallystick-ledger';
const nobody = { credentials: { username: '', password: '' } };
/** Longer than a test may take: whoever is refused was not kept waiting. */
const limits = { maxWaitMs: 600_000 };

describe('a ledger on EventStoreDB', () => {
  const closing: (() => Promise<unknown>)[] = [];
  const warnings: string[] = [];
  let server: EventStoreSimulator;
  let client: EventStoreDBClient;
  beforeEach(async () => {
    server = await new EventStoreSimulator().start();
    client = EventStoreDBClient.connectionString(server.url);
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    await client.dispose();
    await server.stop();
    warnings.length = 0;
  });

  const logger = {
    info: () => undefined,
    warn: (told: object, text: string) => void warnings.push(`${text} ${JSON.stringify(told)}`),
  };
  async function database(): Promise<TestDatabase> {
    const fresh = await freshDatabase();
    closing.push(() => fresh.drop());
    return fresh;
  }
  async function open(on: TestDatabase, over: Partial<EventStoreLedgerOptions> = {}): Promise<Ledger> {
    const ledgerUrl = `${server.url}&stream=${STREAM}`;
    const ledger = await createEventStoreLedger({ pool: on.pool, limits, logger, ledgerUrl, ...over });
    closing.push(() => ledger.close());
    return ledger;
  }
  async function alone(on: TestDatabase, asCopy = false): Promise<Ledger> {
    const ledger = await createPostgresLedger({ pool: on.pool, limits, logger, asCopy });
    closing.push(() => ledger.close());
    return ledger;
  }
  const move = (ledger: Ledger, { pool }: TestDatabase, stream = STREAM) =>
    moveLedger({
      ...{ ledger, pool, checkpoints: [] },
      ledgerUrl: `${server.url}&stream=${stream}`,
      onProgress: () => undefined,
    });
  const length = () => server.streams.get(STREAM)?.length ?? 0;
  const stopped = async (work: Promise<unknown>, reason: RegExp) => {
    const error = await work.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(LedgerStopped);
    expect((error as Error).message).toMatch(reason);
  };
  const foreign = () =>
    client.appendToStream(STREAM, jsonEvent({ type: 'order-placed', data: { a: 1 } }), nobody);

  it('is copied into no stream that holds another one, which stays whole', async () => {
    const [one, other] = [await database(), await database()];
    const former = await alone(one);
    await former.append(proposals(5));
    expect((await move(former, one)).verification).toMatchObject({ ok: true });
    const another = await alone(other);
    await another.append(proposals(9, 2));
    await stopped(move(another, other), /holds another ledger: its fact at position 5 is not this one's/);
    // The same facts, recorded at another time.
    const twin = await database();
    const later = await alone(twin);
    await later.append([...proposals(5), ...proposals(1, 77)]);
    await stopped(move(later, twin), /holds another ledger/);
    expect(length()).toBe(5);
    const moved = await open(one);
    await moved.append(proposals(1, 50));
    expect(await moved.verify()).toMatchObject({ ok: true, position: 6 });
  });

  it('acknowledges nothing where the stream has another history after a restore', async () => {
    const ledger = await open(await database());
    await ledger.append(proposals(3));
    const backup = server.streams.backup();
    await ledger.append(proposals(3, 3));
    server.streams.restore(backup);
    server.break();
    const other = await open(await database());
    await other.append(proposals(3, 100));
    await stopped(
      ledger.append(proposals(1, 50)),
      /does not have what this database has recorded up to position 6/,
    );
    expect(length()).toBe(6);
    await stopped(Promise.resolve(ledger.reach?.()), /restored/);
    await other.append(proposals(1, 60));
    expect(await other.verify()).toMatchObject({ ok: true, position: 7 });
  });

  it('acknowledges nothing where facts were written to its copy alone', async () => {
    const [on, elsewhere] = [await database(), await database()];
    const ledger = await open(on);
    await ledger.append(proposals(3));
    await on.pool.query('ALTER TABLE ledger.blocks DISABLE TRIGGER no_stray');
    await (await alone(on, true)).append(proposals(1, 10));
    const other = await open(elsewhere);
    await other.append(proposals(1, 20));
    await stopped(
      ledger.append(proposals(1, 30)),
      /does not have what this database has recorded up to position 4/,
    );
    expect(length()).toBe(4);
    expect(await other.verify()).toMatchObject({ ok: true, position: 4 });
  });

  it('does not take an append for made that was made elsewhere in the stream', async () => {
    const ledger = await open(await database());
    await ledger.append(proposals(1));
    jest.spyOn(server.streams, 'append').mockReturnValueOnce({ last: 503 });
    await stopped(ledger.append(proposals(2, 5)), /took what was to begin at position 2 at another revision/);
    expect((await ledger.head()).position).toBe(1);
  });

  it('is written to by nobody who knows only its copy', async () => {
    const on = await database();
    const before = await alone(on);
    const ledger = await open(on);
    await ledger.append(proposals(2));
    await stopped(alone(on), /LEDGER_URL is not set.*copy of the stream tallystick-ledger/);
    await stopped(before.append(proposals(1, 5)), /LEDGER_URL is not set/);
    await stopped(before.append(proposals(900, 5)), /LEDGER_URL is not set/);
    expect((await ledger.head()).position).toBe(2);
    expect(await ledger.append(proposals(1, 5))).toEqual([{ position: 3, duplicate: false }]);
  });

  it.each([
    ['was soft-deleted', () => client.deleteStream(STREAM), /was deleted, and its metadata keep events back/],
    ['has a tombstone', () => client.tombstoneStream(STREAM), /deleted for good/],
    [
      'is truncated',
      () => client.setStreamMetadata(STREAM, { truncateBefore: 3 }, nobody),
      /begins at position 4/,
    ],
  ])('does not begin in a stream that %s', async (_, spoil, reason) => {
    await (await open(await database())).append(proposals(5));
    await spoil();
    await stopped(open(await database()), reason);
    expect(length()).toBe(5);
  });

  it('does not append as first to a stream that was deleted after it started', async () => {
    const ledger = await open(await database());
    await client.deleteStream(STREAM);
    await stopped(ledger.append(proposals(2)), /was deleted/);
    expect(length()).toBe(0);
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'an event of others',
      foreign,
      /position 4: the event is no fact, but of the type "order-placed".*copy-ledger/,
    ],
    [
      'a malformed fact',
      () =>
        client.appendToStream(
          STREAM,
          binaryEvent({ type: 'fact', data: Buffer.from('x'), metadata: { identity: 'x', block: {} } }),
          nobody,
        ),
      /position 4: the event is no fact, but of the type "fact" with other content/,
    ],
    [
      'a server that is empty',
      () => Promise.resolve(server.streams.restore(new Map())),
      /ends at position 0 and its copy at 3/,
    ],
  ])('says at once that it takes nothing, and why: %s', async (_, spoil, reason) => {
    const on = await database();
    let told: () => string | null = () => null;
    const ledger = await open(on, { onReason: (why) => (told = why) });
    await ledger.append(proposals(3));
    await ledger.reach?.();
    expect(told()).toBeNull();
    await spoil();
    server.break();
    await stopped(ledger.append(proposals(1, 9)), reason);
    await stopped(Promise.resolve(ledger.reach?.()), reason);
    expect(told()).toMatch(reason);
    expect(await ledger.verify()).toMatchObject({ ok: false });
    expect(await readAll(ledger)).toHaveLength(3);
  });

  it('names an event of others, starts all the same, and goes on in a stream of another name', async () => {
    const on = await database();
    const first = await open(on);
    await first.append(proposals(3));
    await foreign();
    await settled(async () => !(await first.verify()).ok);
    expect(await first.verify()).toEqual({
      ok: false,
      position: 4,
      reason: expect.stringMatching(/of the type "order-placed".*`tallystick copy-ledger`/) as string,
    });
    const again = await open(on);
    expect((await again.head()).position).toBe(3);
    await stopped(Promise.resolve(again.reach?.()), /order-placed/);
    for (const close of closing.splice(1).reverse()) await close();
    expect((await move(await alone(on, true), on, 'another')).verification).toMatchObject({
      ok: true,
      position: 3,
    });
    const moved = await open(on, { ledgerUrl: `${server.url}&stream=another` });
    expect(await moved.append(proposals(1, 9))).toEqual([{ position: 4, duplicate: false }]);
    await moved.reach?.();
  });

  it('finds out while it runs that the server keeps a part alone, and refuses', async () => {
    const ledger = await open(await database(), { lookEveryMs: 20 });
    await ledger.append(proposals(3));
    await client.setStreamMetadata(STREAM, { maxCount: 1_000 }, nobody);
    await settled(async () =>
      Promise.resolve(ledger.reach?.()).then(
        () => false,
        () => true,
      ),
    );
    await stopped(ledger.append(proposals(1, 9)), /\$maxCount/);
    await client.setStreamMetadata(STREAM, {}, nobody);
    await settled(async () =>
      Promise.resolve(ledger.reach?.()).then(
        () => true,
        () => false,
      ),
    );
    await ledger.append(proposals(1, 9));
  });

  it('waits for the server at its first start, and names it', async () => {
    server.down();
    const on = await database();
    let told: () => string | null = () => null;
    const opening = open(on, { onReason: (why) => (told = why) });
    await settled(() => Promise.resolve(told() !== null));
    expect(told()).toContain(`the server of LEDGER_URL (127.0.0.1:${server.port})`);
    const command = open(await database(), { waitMs: 100 });
    await expect(command).rejects.toThrow(`the server of LEDGER_URL (127.0.0.1:${server.port})`);
    await expect(command).rejects.toBeInstanceOf(LedgerUnavailable);
    server.up();
    await (await opening).append(proposals(1));
    expect(warnings.join()).toContain('LEDGER_URL');
  });

  it('says at once that the server speaks no TLS', async () => {
    const ledgerUrl = `esdb://127.0.0.1:${server.port}?stream=${STREAM}`;
    await stopped(
      open(await database(), { ledgerUrl }),
      /LEDGER_URL: the server speaks no TLS: add `tls=false`/,
    );
  });

  it('follows others through large blocks without a pause, and does not read its own', async () => {
    const writer = await open(await database());
    const reader = await open(await database());
    for (let block = 1; block <= 4; block++) {
      await writer.append(proposals(400, block * 400));
      await settled(async () => (await reader.head()).position === block * 400);
    }
    expect(warnings).toEqual([]);
    for (const close of closing.splice(3).reverse()) await close();
    const before = server.eventsRead;
    for (let block = 5; block <= 9; block++) await writer.append(proposals(400, block * 400));
    expect(server.eventsRead - before).toBeLessThan(900);
  });

  it('reads what it is behind once, says how far it is, and is open when it has all', async () => {
    const on = await database();
    const former = await alone(on);
    for (let block = 0; block < 8; block++) await former.append(proposals(500, block * 500));
    await move(former, on);
    const before = server.eventsRead;
    const progress = new Set<string | null>();
    let told: () => string | null = () => null;
    let isOpen = false;
    const opening = open(await database(), { onReason: (why) => (told = why) }).finally(
      () => (isOpen = true),
    );
    const watch = async () => {
      while (!isOpen) {
        progress.add(told());
        await nextTurn();
      }
    };
    await watch();
    const ledger = await opening;
    expect((await ledger.head()).position).toBe(4_000);
    expect([...progress].filter((text) => text !== null)).toContainEqual(
      expect.stringMatching(/^the copy of the stream is catching up, \d+ of 4000: wait$/),
    );
    await ledger.append(proposals(1, 9_000));
    expect(server.eventsRead - before).toBeLessThan(4_050);
    expect(told()).toBeNull();
  });

  it('waits for an event that is there and cannot be read yet', async () => {
    const [one, other] = [await open(await database()), await open(await database())];
    await one.append(proposals(1));
    await settled(async () => (await other.head()).position === 1);
    server.streams.lag(STREAM);
    await one.append(proposals(1, 1));
    const waiting = other.append(proposals(1, 2));
    await nextTurn();
    server.streams.catchUp(STREAM);
    expect(await waiting).toEqual([{ position: 3, duplicate: false }]);
  });

  it('writes the payload that has a stream of its own anew when it was deleted and is sent again', async () => {
    const ledger = await open(await database());
    const large = proposal('large', { payload: 'é'.repeat(1_500_000) });
    await ledger.append([large, ...proposals(1)]);
    const own = [...server.streams.backup().keys()].find((name) => name.includes('-payload-')) ?? '';
    await client.deleteStream(own);
    expect(await ledger.verify()).toMatchObject({
      ok: false,
      position: 1,
      reason: expect.stringMatching(
        /its payload is missing, the stream .*-payload-.*send the message again/,
      ) as string,
    });
    expect(await ledger.append([large])).toEqual([{ position: 1, duplicate: true }]);
    expect(await ledger.verify()).toMatchObject({ ok: true });
    const anew = await open(await database());
    expect(await readAll(anew)).toEqual(await readAll(ledger));
  });
});
