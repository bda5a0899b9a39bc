/** What is of this adapter alone; the contract is in `eventstoredb-ledger.int.spec.ts`. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EventStoreSimulator, type SimulatorOptions } from '../../../test/support/eventstore/simulator';
import { Streams } from '../../../test/support/eventstore/streams';
import { needs } from '../../../test/support/needs';
import { freshDatabase, type TestDatabase } from '../../../test/support/postgres';
import { settled } from '../../../test/support/settled';
import { proposal, proposals, range, readAll } from '../contract/proposals';
import type { Ledger } from '../port';
import { createPostgresLedger } from '../postgres';
import { type EventStoreLedgerOptions, createEventStoreLedger } from './index';
import { moveLedger } from './move';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const STREAM = 'tallystick-ledger';
const warnings: string[] = [];
const logger = {
  info: () => undefined,
  warn: (told: object, text: string) =>
    void warnings.push(`${text} ${String((told as { err?: Error }).err)}`),
};

describe('the ledger on EventStoreDB', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    warnings.length = 0;
  });

  async function database(): Promise<TestDatabase> {
    const fresh = await freshDatabase();
    closing.push(() => fresh.drop());
    return fresh;
  }
  async function simulator(options: SimulatorOptions = {}): Promise<EventStoreSimulator> {
    const started = await new EventStoreSimulator(options).start();
    closing.push(() => started.stop());
    return started;
  }
  async function open(
    ledgerUrl: string,
    on: TestDatabase,
    options: Partial<EventStoreLedgerOptions> = {},
  ): Promise<Ledger> {
    const limits = { maxWaitMs: 60_000 };
    const named = `${ledgerUrl}${ledgerUrl.includes('?') ? '&' : '?'}stream=${STREAM}`;
    const parts = { pool: on.pool, limits, logger, ledgerUrl: named, ...options };
    const ledger = await createEventStoreLedger(parts);
    closing.push(() => ledger.close());
    return ledger;
  }

  it('is one stream for writers on several databases: each identity once, and each has all of it', async () => {
    const server = await simulator();
    const ledgers = [await open(server.url, await database()), await open(server.url, await database())];
    const [one, two] = ledgers as [Ledger, Ledger];
    const sent = range(0, 19).map((i) => proposals(5, i * 3));
    const receipts = await Promise.all(sent.map((batch, i) => (i % 2 === 0 ? one : two).append(batch)));
    const fresh = receipts.flat().filter(({ duplicate }) => !duplicate);
    expect(fresh.map(({ position }) => position).sort((a, b) => a - b)).toEqual(range(1, 62));
    // What the other has written arrives without being asked for.
    await settled(async () =>
      (await Promise.all(ledgers.map((each) => each.head()))).every(({ position }) => position === 62),
    );
    const [ofOne, ofTwo] = await Promise.all(ledgers.map((each) => readAll(each)));
    expect(ofOne).toEqual(ofTwo);
    for (const each of ledgers) expect(await each.verify()).toMatchObject({ ok: true, position: 62 });
  });

  it('tells of what others write, also after its subscription was cut off', async () => {
    const server = await simulator();
    const writer = await open(server.url, await database());
    const reader = await open(server.url, await database());
    let told = 0;
    reader.onAppended(() => (told += 1));
    await writer.append(proposals(3));
    await settled(async () => (await reader.head()).position === 3);
    server.break();
    await writer.append(proposals(3, 3));
    await settled(async () => (await reader.head()).position === 6);
    expect(told).toBeGreaterThan(0);
  });

  it('has what it recorded when its copy is lost', async () => {
    const server = await simulator();
    const ledger = await open(server.url, await database());
    await ledger.append([...proposals(700), proposal('large', { payload: 'é'.repeat(1_500_000) })]);
    const anew = await open(server.url, await database());
    await settled(async () => (await anew.head()).position === 701);
    expect(await readAll(anew)).toEqual(await readAll(ledger));
    expect(server.streams.get(STREAM)).toHaveLength(701);
  });

  it('goes to the node that leads', async () => {
    const streams = new Streams();
    const leader = await simulator({ streams });
    const follower = await simulator({ streams, leader: () => ({ host: '127.0.0.1', port: leader.port }) });
    const ledger = await open(follower.url, await database());
    await ledger.append(proposals(2));
    expect(leader.appends).toBe(1);
    expect(follower.appends).toBe(0);
  });

  it('finds the leader of a cluster', async () => {
    const streams = new Streams();
    const members = (): { port: number; leads: boolean }[] =>
      nodes.map(({ port }, i) => ({ port, leads: i === 1 }));
    const nodes = [await simulator({ streams, members }), await simulator({ streams, members })];
    const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const ledger = await open(`kurrentdb://${hosts}?tls=false`, await database());
    await ledger.append(proposals(1));
    expect(nodes.map(({ appends }) => appends)).toEqual([0, 1]);
  });

  needs(hasOpenssl, 'openssl')('speaks TLS with an account, and tells nobody of it', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tallystick-tls-'));
    closing.push(() => Promise.resolve(rmSync(folder, { recursive: true })));
    const file = (name: string) => path.join(folder, name);
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', file('key')];
    execFileSync('openssl', ['req', '-x509', '-nodes', ...key, '-out', file('cert'), ...subject], {
      stdio: 'pipe',
    });
    const [tls, account] = [
      { key: readFileSync(file('key'), 'utf8'), certificate: readFileSync(file('cert'), 'utf8') },
      { username: 'admin', password: 'chang/e:it' },
    ];
    const server = await simulator({ tls, account });
    const authority = `tlsCaFile=${encodeURIComponent(file('cert'))}`;
    const ledger = await open(`${server.url}&${authority}`, await database());
    expect(await ledger.append(proposals(2))).toHaveLength(2);
    const stranger = await open(
      `esdb://admin:wrong@127.0.0.1:${server.port}?tls=true&${authority}`,
      await database(),
    );
    await expect(stranger.append(proposals(1))).rejects.toMatchObject({ code: 'ledger-unavailable' });
    expect(warnings.join('\n')).toContain('access-denied');
    expect(warnings.join('\n')).not.toMatch(/chang|wrong|admin/);
  });

  it.each<[string, (events: Events) => Events, RegExp]>([
    [
      'a changed payload',
      (events) => events.map((e, i) => (i === 12 ? { ...e, data: Buffer.from('{}') } : e)),
      /changed/,
    ],
    ['a fact taken out', (events) => events.toSpliced(12, 1), /removed|changed/],
    ['a fact put in', (events) => events.toSpliced(12, 0, events[3] as Events[number]), /changed|removed/],
    ['a cut tail', (events) => events.slice(0, 20), /truncated/],
    [
      'an event of somebody else',
      (events) => events.map((e, i) => (i === 12 ? { ...e, type: 'x' } : e)),
      /no fact/,
    ],
  ])('finds %s in the stream', async (_, change, reason) => {
    const server = await simulator();
    const ledger = await open(server.url, await database());
    for (const block of [0, 1, 2]) await ledger.append(proposals(10, block * 10));
    server.streams.tamper(STREAM, change);
    const result = await ledger.verify();
    expect(result).toMatchObject({ ok: false, reason: expect.stringMatching(reason) as string });
    expect((result as { reason: string }).reason).toContain('in the stream');
  });

  it('goes on with no stream that is not the one of its copy', async () => {
    const on = await database();
    const [server, other] = [await simulator(), await simulator()];
    const ledger = await open(server.url, on);
    await ledger.append(proposals(3));
    await expect(open(other.url, on)).rejects.toThrow(
      /does not have what this database has recorded up to position 3/,
    );
    // Cut while it is written to.
    server.streams.tamper(STREAM, (events) => events.slice(0, 1));
    await expect(ledger.append(proposals(1, 9))).rejects.toMatchObject({ code: 'ledger-unavailable' });
    expect(warnings.join('\n')).toContain(`the stream ${STREAM} ends at position 1 and its copy at 3`);
  });

  it('starts again while the server is away, refuses to record, and goes on when it is back', async () => {
    const [server, on] = [await simulator(), await database()];
    await (await open(server.url, on)).append(proposals(1, 9));
    server.down();
    const ledger = await open(server.url, on, { limits: { maxWaitMs: 1_000 } });
    await expect(ledger.append(proposals(1))).rejects.toMatchObject({ code: 'ledger-unavailable' });
    server.up();
    await settled(async () => (await ledger.append(proposals(1)).catch(() => [])).length === 1);
    expect((await ledger.head()).position).toBe(2);
  });

  it('takes over a ledger of PostgreSQL, block by block, and goes on where it was interrupted', async () => {
    const [on, server] = [await database(), await simulator()];
    const former = await createPostgresLedger({ pool: on.pool, logger });
    closing.push(() => former.close());
    await former.append(proposals(5));
    // More than one write takes.
    await former.append(proposals(1_500, 100));
    await former.append([proposal('large', { payload: Buffer.alloc(2_000_000, 0xfe) })]);
    const move = (onProgress: (position: number) => void = () => undefined) =>
      moveLedger({
        ledger: former,
        pool: on.pool,
        ledgerUrl: `${server.url}&stream=${STREAM}`,
        checkpoints: [],
        onProgress,
      });
    const interrupted = move((position) => {
      if (position > 700) throw new Error('interrupted');
    });
    await expect(interrupted).rejects.toThrow('interrupted');
    // Half a block is no block: nobody goes on from there.
    const early = await open(server.url, await database());
    await expect(early.append(proposals(1, 5_000))).rejects.toMatchObject({ code: 'ledger-unavailable' });
    expect(warnings.join('\n')).toContain('was interrupted');
    const { copied, verification } = await move();
    expect(verification).toMatchObject({ ok: true, position: 1_506, blocks: 3 });
    expect(copied).toBeLessThan(1_000);
    expect((await move()).copied).toBe(0);
    const moved = await open(server.url, on);
    expect(await moved.append([...proposals(1, 101), ...proposals(1, 9_000)])).toEqual([
      { position: 7, duplicate: true },
      { position: 1_507, duplicate: false },
    ]);
    expect(await moved.verify()).toMatchObject({ ok: true, position: 1_507 });
  });
});

type Events = Parameters<Parameters<Streams['tamper']>[1]>[0];
