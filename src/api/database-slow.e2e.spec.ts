import type { Pool } from 'pg';
import { type Answer, type Service, startService } from '../../test/api/service';
import { customer, item, rejected, salesOrder, synchronised } from '../../test/api/story';
import { settled } from '../../test/support/settled';
import { FaultyProxy } from '../ledger/postgres/faulty-proxy.fixture';
import { POOL } from './tokens';

const WAITING = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
  AND application_name = 'tallystick read models'`;
const READS = [
  '/v1/status',
  '/v1/drifts',
  '/v1/drifts?minPosition=1',
  '/v1/orders/SC-1/trail',
  '/v1/ledger/facts',
  '/v1/alerts',
  '/health/ready',
  '/metrics',
];

let service: Service;
let proxy: FaultyProxy;
let drift: string;

async function start(options: Pick<Parameters<typeof startService>[0] & object, 'poolLimits' | 'answerMs'>) {
  service = await startService({
    ...options,
    route: async (url) => {
      proxy = await FaultyProxy.to(url);
      return proxy.url;
    },
  });
  await service.tell('prima', item('BAG-1'), customer(), salesOrder('SO1'));
  const position = await service.tell('scend', synchronised('BAG-1'), rejected('SO1'));
  await settled(async () => (await service.get(`/v1/drifts?minPosition=${position}`)).status === 200);
  drift = String((await service.get('/v1/drifts')).at('items', 0, 'id'));
}

afterEach(async () => {
  await service.close();
  await proxy.close();
});

const comment = () => service.post(`/v1/drifts/${drift}/comment`, { comment: 'x' });

function expectLate(answer: Answer, code: RegExp): void {
  expect({ status: answer.status, code: answer.json.code }).toEqual({
    status: 503,
    code: expect.stringMatching(code) as string,
  });
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(answer.headers['content-type']).toContain('application/problem+json');
}

it('answers 503 while the database answers nothing, and everything again as soon as it does', async () => {
  await start({ answerMs: 500, poolLimits: { queryTimeoutMs: 1_500, connectTimeoutMs: 1_500 } });
  proxy.hang();
  // More than there are connections, so that each of those is one that hangs.
  const asked = READS.flatMap((url) => Array.from({ length: 6 }, () => service.get(url)));
  for (const answer of await Promise.all([...asked, comment()])) expectLate(answer, /^timed-out$/);
  proxy.hangNoMore();
  for (const url of READS) await settled(async () => (await service.get(url)).status === 200);
  expect((await comment()).status).toBe(200);
});

it('answers 503 while somebody holds a table', async () => {
  await start({ poolLimits: { statementTimeoutMs: 300 } });
  const holder = await service.database.pool.connect();
  await holder.query('BEGIN; LOCK TABLE live.drifts IN ACCESS EXCLUSIVE MODE');
  const urls = ['/v1/drifts', `/v1/drifts/${drift}`, '/v1/clusters'];
  for (const answer of await Promise.all([...urls.map((url) => service.get(url)), comment()]))
    expectLate(answer, /^timed-out$/);
  await holder.query('ROLLBACK');
  holder.release();
  for (const url of urls) expect([url, (await service.get(url)).status]).toEqual([url, 200]);
});

it('answers 503 while others have all connections', async () => {
  await start({ poolLimits: { max: 2, connectTimeoutMs: 300 } });
  const holder = await service.database.pool.connect();
  await holder.query('BEGIN; LOCK TABLE live.drifts IN ACCESS EXCLUSIVE MODE');
  // Entities are read on five connections of their own.
  const waiting = Array.from({ length: 5 }, () => service.get('/v1/drifts'));
  // Asked elsewhere: a transaction sees these figures as they were when it first asked.
  await settled(async () => (await service.database.pool.query(WAITING)).rowCount === waiting.length);
  const pool = service.app.get<Pool>(POOL);
  const taken = [await pool.connect(), await pool.connect()];
  for (const url of ['/v1/orders/SC-1/trail', '/v1/drifts', '/v1/status'])
    expectLate(await service.get(url), /^(database|ledger)-unavailable$/);
  await holder.query('ROLLBACK');
  holder.release();
  for (const client of taken) client.release();
  for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(200);
});
