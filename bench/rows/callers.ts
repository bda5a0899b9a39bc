/** Many callers of the ledger with one fact each against single-row inserts, each its own transaction. */
import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { createPostgresLedger } from '../../src/ledger/postgres';
import type { Ledger, Proposal } from '../../src/ledger/port';
import { createLogger } from '../../src/platform/logging';
import { migrate } from '../../src/platform/migrations/migrate';
import { type Figure, grouped } from '../support/figure';
import type { Lab, Measurement } from '../support/lab';
import { TWIN, createTwin } from '../support/raw-copy';
import { statement, withNewServer, withPool } from '../support/server';
import { median, timed } from '../support/statistics';
import { trading } from '../support/trading';

const CALLERS = 64;
const CONNECTIONS = 16;
const MOST_FACTS = 60_000;

export const callers: Measurement = {
  rows: [{ name: 'callers', what: '64 callers of the ledger with one fact each against single-row inserts' }],
  measure: (lab) => withNewServer(lab, 'callers', (url) => measure(lab, url)),
};

async function measure(lab: Lab, url: string): Promise<Figure[]> {
  await migrate(url);
  await createTwin(url);
  return withPool(url, async (pool) => {
    const ledger = await createPostgresLedger({ pool, logger: createLogger('warn') });
    const clients = Array.from({ length: CONNECTIONS }, () => new Client({ connectionString: url }));
    await Promise.all(clients.map((client) => client.connect()));
    try {
      return await compare(lab, url, ledger, clients);
    } finally {
      await Promise.all(clients.map((client) => client.end()));
      await ledger.close();
    }
  });
}

async function compare(lab: Lab, url: string, ledger: Ledger, clients: Client[]): Promise<Figure[]> {
  const count = Math.min(MOST_FACTS, lab.facts);
  const bodies = [...trading(count, 0)];
  const inserted: number[] = [];
  const appended: number[] = [];
  let position = 0;
  // The first pair warms up both sides and is not counted.
  for (let pair = 0; pair <= lab.pairs; pair++) {
    lab.signal.throwIfAborted();
    const facts = bodies.map(({ source, body }, index) => factOf(source, body, `${pair} ${index}`));
    await statement(url, 'CHECKPOINT');
    const insertSeconds = await timed(() => insertAll(clients, facts, position));
    position += count;
    await statement(url, 'CHECKPOINT');
    const appendSeconds = await timed(() => appendAll(ledger, facts));
    const rates = [insertSeconds, appendSeconds].map((seconds) => grouped(count / seconds));
    lab.say(`callers ${pair}/${lab.pairs}: inserts ${rates[0]}/s, ledger ${rates[1]} facts/s`);
    if (pair === 0) continue;
    inserted.push(insertSeconds);
    appended.push(appendSeconds);
  }
  const [ceiling, result] = [count / median(inserted), count / median(appended)];
  return [
    {
      row: 'callers',
      what: `${CALLERS} callers, one fact each / single-row inserts`,
      ceiling: `${grouped(ceiling)} inserts/s on ${CONNECTIONS} connections`,
      result: `${grouped(result)} facts/s, ${grouped(count)} a run`,
      measured: result / ceiling,
      unit: 'times',
      better: 'higher',
      required: 1.5,
      aim: 3,
      runs: { insertSeconds: inserted, appendSeconds: appended },
    },
  ];
}

function factOf(source: string, body: string, salt: string): Proposal {
  const message = JSON.parse(body) as Record<string, unknown>;
  const text = (...names: string[]) =>
    names.map((name) => message[name]).find((value) => typeof value === 'string');
  return {
    source,
    type: text('documentType', 'event_type', 'type') ?? null,
    key: text('salesOrderNo', 'itemCode', 'customerAccount', 'event_id') ?? null,
    occurredAt: Date.parse(text('modifiedAt', 'occurred_at', 'at') ?? ''),
    payload: body,
    identity: createHash('sha256').update(`${salt} ${body}`).digest(),
    actor: 'bench',
  };
}

async function appendAll(ledger: Ledger, facts: readonly Proposal[]): Promise<void> {
  await atOnce(CALLERS, facts, async (fact) => {
    await ledger.append([fact]);
  });
}

/** The leaf is any 32 bytes: the ceiling hashes nothing. */
async function insertAll(
  clients: readonly Client[],
  facts: readonly Proposal[],
  after: number,
): Promise<void> {
  let position = after;
  const free = [...clients];
  await atOnce(CONNECTIONS, facts, async (fact) => {
    const client = free.pop() as Client;
    position += 1;
    await client.query({
      name: 'insert',
      text: `INSERT INTO ${TWIN} VALUES ($1, $2, clock_timestamp(), to_timestamp($3 / 1000.0), $4, $5, $6, $7, $8, $9, NULL, $10)`,
      values: [
        position,
        position,
        fact.occurredAt,
        fact.source,
        fact.type,
        fact.key,
        fact.actor,
        fact.identity,
        fact.payload,
        fact.identity,
      ],
    });
    free.push(client);
  });
}

async function atOnce<T>(
  workers: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}
