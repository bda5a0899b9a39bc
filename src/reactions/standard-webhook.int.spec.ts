import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freshDatabase, type TestDatabase } from '../../test/support/postgres';
import { createLogger } from '../platform/logging';
import { Secret } from '../platform/secret';
import { TO_MACHINES } from './claim';
import { OutboxSender } from './sender';
import { StandardWebhook } from './standard-webhook';

const key = Buffer.alloc(32, 7);
const NOW = new Date('2026-10-01T06:00:00.900Z');
const body = {
  drift: 'd',
  detector: 'order-rejected',
  severity: 'high',
  subject: { kind: 'order', id: 'SC-1' },
  discriminator: '',
  cause: { code: 'unknown-sku', detail: 'SKU BAG' },
  amountAtRisk: null,
  unitsAtRisk: null,
  openedAt: 0,
  resolvedAt: null,
  firstDivergence: null,
};

describe('the outbound webhook', () => {
  let database: TestDatabase;
  const received: { headers: IncomingHttpHeaders; body: string }[] = [];
  const statuses: number[] = [];
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(statuses.shift() ?? 204).end();
    });
  });
  let sender: OutboxSender;
  beforeAll(async () => {
    database = await freshDatabase();
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as AddressInfo;
    const channel = new StandardWebhook({
      url: new Secret(`http://127.0.0.1:${port}/hook`),
      secret: new Secret(`whsec_${key.toString('base64')}`),
      source: '/tallystick/test',
      now: () => NOW,
    });
    const options = { gatherMs: 0, firstPauseMs: 0, maxAttempts: 2 };
    sender = new OutboxSender({
      pool: database.pool,
      log: createLogger('silent'),
      channel,
      queue: TO_MACHINES,
      options,
    });
  });
  beforeEach(async () => {
    received.length = 0;
    await database.pool.query('TRUNCATE app.outbox RESTART IDENTITY');
  });
  afterAll(async () => {
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
    await database.drop();
  });

  const put = (drift: string) =>
    database.pool.query(
      `INSERT INTO app.outbox (idempotency_key, kind, drift_id, body, position) VALUES ($1, 'drift.opened', $1, $2, 3)`,
      [drift, JSON.stringify({ ...body, drift })],
    );
  const state = async () =>
    (
      await database.pool.query<{ status: string; hook: string; error: string | null }>(
        'SELECT status, hook_status AS hook, hook_last_error AS error FROM app.outbox ORDER BY id',
      )
    ).rows;

  it('gets each alert by itself, as an event whose signature can be checked', async () => {
    await put('a');
    await put('b');
    await sender.turn();
    const [first] = received;
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual(['msg_1', 'msg_2']);
    expect(JSON.parse(first?.body ?? '')).toMatchObject({
      specversion: '1.0',
      id: '1',
      type: 'com.tallystick.drift.opened',
      source: '/tallystick/test',
      subject: 'order:SC-1',
      data: { drift: 'a', position: 3 },
    });
    const signed = `msg_1.${NOW.getTime() / 1000 - 0.9}.${first?.body}`;
    expect(first?.headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    );
    // Whether people were told is another matter.
    expect(await state()).toMatchObject([
      { status: 'pending', hook: 'sent' },
      { status: 'pending', hook: 'sent' },
    ]);
  });

  it('is tried again as the same message, and given up after the last attempt', async () => {
    await put('a');
    statuses.push(500, 503);
    await sender.turn();
    await sender.turn();
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual(['msg_1', 'msg_1']);
    expect(await state()).toMatchObject([{ hook: 'dead', error: 'answered 503' }]);
  });

  it('is not tried again where it is refused for good', async () => {
    await put('a');
    statuses.push(410);
    await sender.turn();
    expect(await state()).toMatchObject([{ hook: 'dead', error: 'answered 410' }]);
  });
});
