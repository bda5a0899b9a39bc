/**
 * `npm run bench:eventstore`: the ledger on a simulator of EventStoreDB, in a process of its own, against the ledger on PostgreSQL beside it,
 * in runs that take turns. It says what the ledger itself costs; of a server's disk and network it says nothing.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEventStoreLedger } from '../src/ledger/eventstoredb';
import type { Ledger, Proposal } from '../src/ledger/port';
import { createPostgresLedger } from '../src/ledger/postgres';
import { startEmbedded } from '../src/platform/database/embedded';
import { migrate } from '../src/platform/migrations/migrate';
import { createPool } from '../src/platform/pools';
import { Client } from 'pg';
import { EventStoreSimulator } from '../test/support/eventstore/simulator';

const RUNS = 3;
const BULK = { facts: 20_000, call: 2_000, callers: 4 };
const SINGLE = { facts: 4_000, call: 1, callers: 64 };
const BYTES = 600;
const SERVER = 'server';
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined };
let sent = 0;

function proposal(): Proposal {
  const key = `SO${(sent += 1)}`;
  const payload = JSON.stringify({ key, text: 'x'.repeat(BYTES - key.length - 20) });
  const identity = createHash('sha256').update(key).digest();
  const named = { source: 'prima', type: 'sales-order', key, actor: 'bench' };
  return { ...named, occurredAt: 1_780_000_000_000, payload, identity };
}

/** Facts a second. */
async function measure(ledger: Ledger, { facts, call, callers }: typeof BULK): Promise<number> {
  const calls = Array.from({ length: facts / call }, () => Array.from({ length: call }, proposal));
  const began = performance.now();
  const caller = async () => {
    for (let next; (next = calls.pop());) await ledger.append(next);
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return facts / ((performance.now() - began) / 1000);
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

async function serve(): Promise<void> {
  const simulator = await new EventStoreSimulator().start();
  process.send?.(simulator.url);
  process.once('disconnect', () => process.exit());
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tallystick-bench-'));
  const server = await startEmbedded({ dataDir: folder, log: quiet, mode: 'owner' });
  const urlOf = (name: string) => Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
  const admin = new Client({ connectionString: urlOf('postgres') });
  await admin.connect();
  const child = fork(__filename, [SERVER], { execArgv: process.execArgv });
  const [url] = (await once(child, 'message')) as [string];
  const closing: (() => Promise<unknown>)[] = [];
  const open = async (name: string, make: (url: string) => Promise<Ledger>) => {
    await admin.query(`CREATE DATABASE ${name}`);
    const database = urlOf(name);
    await migrate(database);
    const ledger = await make(database);
    closing.push(() => ledger.close());
    return ledger;
  };
  try {
    const ledgers = {
      postgres: await open('alone', (database) =>
        createPostgresLedger({ pool: poolOf(database, closing), logger: quiet }),
      ),
      stream: await open('copy', (database) =>
        createEventStoreLedger({
          pool: poolOf(database, closing),
          logger: quiet,
          ledgerUrl: `${url}&stream=bench`,
        }),
      ),
    };
    for (const [what, shape] of Object.entries({ bulk: BULK, '64 callers': SINGLE })) {
      const rates: Record<string, number[]> = { postgres: [], stream: [] };
      for (let run = 0; run < RUNS; run++)
        for (const [name, ledger] of Object.entries(ledgers)) rates[name]?.push(await measure(ledger, shape));
      const [alone, stream] = [median(rates['postgres'] ?? []), median(rates['stream'] ?? [])];
      process.stdout.write(
        `${what}: ${Math.round(stream)} facts/s on the simulator, ${Math.round(alone)} on PostgreSQL: ${(stream / alone).toFixed(2)}\n`,
      );
    }
  } finally {
    for (const close of closing.reverse()) await close();
    await admin.end();
    child.disconnect();
    await server.stop();
    await rm(folder, { recursive: true });
  }
}

function poolOf(url: string, closing: (() => Promise<unknown>)[]) {
  const pool = createPool({ url, name: 'bench' });
  closing.push(() => pool.end());
  return pool;
}

void (process.argv[2] === SERVER ? serve() : main());
