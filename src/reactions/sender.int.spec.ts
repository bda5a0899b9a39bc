import { Writable } from 'node:stream';
import { freshDatabase, type TestDatabase } from '../../test/support/postgres';
import {
  type FakeSlack,
  type SlackAnswer,
  answer,
  fakeSlack,
  garbage,
  never,
  ok,
  slackSecret,
} from '../../test/support/slack';
import { createLogger } from '../platform/logging';
import { Secret } from '../platform/secret';
import { planner } from './alerting/plan';
import { NO_RULES } from './alerting/rules';
import { SlackWebhook } from './slack/webhook';
import { OutboxSender, type SenderOptions } from './sender';
import type { AlertBody } from './alert';

const body: AlertBody = {
  drift: 'd0',
  detector: 'order-rejected',
  severity: 'high',
  occurrence: 1,
  subject: { kind: 'order', id: 'SC-1' },
  discriminator: '',
  cause: { code: 'unknown-sku', detail: 'SKU <BAG> & `more`' },
  amountAtRisk: { minor: 2380, currency: 'EUR' },
  unitsAtRisk: '2',
  firstDivergence: { fact: 7, at: Date.UTC(2026, 9, 1) },
  openedAt: Date.UTC(2026, 9, 1),
  resolvedAt: null,
  resolvedBy: null,
};

describe('OutboxSender', () => {
  let database: TestDatabase;
  let slack: FakeSlack | null = null;
  let logged = '';
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    logged = '';
    await database.pool.query('TRUNCATE app.outbox RESTART IDENTITY');
  });
  afterEach(async () => {
    await slack?.close();
    slack = null;
  });

  const log = createLogger(
    'debug',
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        logged += chunk.toString();
        done();
      },
    }),
  );

  const webhook = (url: string, link = '') =>
    new SlackWebhook({ url: new Secret(url), link, plan: planner(database.pool, NO_RULES) });

  async function sender(answers: SlackAnswer[], options: Partial<SenderOptions> = {}): Promise<OutboxSender> {
    slack = await fakeSlack(...answers);
    return new OutboxSender({
      pool: database.pool,
      log,
      channel: webhook(slack.url, 'http://tally.test'),
      options: { gatherMs: 0, firstPauseMs: 0, timeoutMs: 10_000, threshold: 100, ...options },
    });
  }

  async function put(count: number, over: Partial<AlertBody> = {}, kind = 'drift.opened'): Promise<void> {
    for (let i = 0; i < count; i++) {
      const drift = `${over.drift ?? body.cause.code}-${kind}-${i}`;
      await database.pool.query(
        'INSERT INTO app.outbox (idempotency_key, kind, drift_id, body, position) VALUES ($1, $2, $3, $4, 1)',
        [drift, kind, drift, JSON.stringify({ ...body, ...over, drift })],
      );
    }
  }

  const rows = async () =>
    (
      await database.pool.query<{
        status: string;
        attempts: number;
        last_error: string | null;
        wait: number;
      }>(
        `SELECT status, attempts, last_error, extract(epoch FROM next_attempt_at - now())::float8 AS wait FROM app.outbox ORDER BY id`,
      )
    ).rows;

  it('sends what a clock that was set back since has put off for years, and nothing that waits for its hour', async () => {
    await put(2);
    await database.pool.query(
      `UPDATE app.outbox SET next_attempt_at = now() + CASE WHEN id % 2 = 0 THEN interval '3 years' ELSE interval '23 hours' END`,
    );
    await (await sender([ok])).turn();
    expect((await rows()).map(({ status }) => status).sort()).toEqual(['pending', 'sent']);
  });

  it('tells one drift in full, as text that formats and links nothing', async () => {
    await put(1);
    await (await sender([ok])).turn();
    expect(slack?.texts).toEqual([
      [
        '*order-rejected* (high) on `order:SC-1`',
        'At risk: EUR 23.80 · 2 units',
        "Cause: unknown-sku: SKU &lt;BAG&gt; &amp; 'more'",
        'First divergence: fact 7 at 2026-10-01T00:00:00.000Z',
        'http://tally.test/v1/drifts/unknown-sku-drift.opened-0 · alert 1',
      ].join('\n'),
    ]);
    expect(await rows()).toMatchObject([{ status: 'sent', attempts: 1, last_error: null }]);
  });

  it('tells many drifts of one cause once, with their count, and never adds up currencies', async () => {
    await put(7);
    await put(2, { drift: 'gb', amountAtRisk: { minor: 100, currency: 'GBP' } });
    await put(1, { drift: 'other', cause: { code: 'other', detail: 'x' } });
    await put(1, { drift: 'gone', resolvedAt: 0, resolvedBy: 9 }, 'drift.resolved');
    await (await sender([ok])).turn();
    expect(slack?.texts).toHaveLength(3);
    expect(slack?.texts[0]).toContain('9 × *order-rejected* (high)');
    expect(slack?.texts[0]).toContain('At risk: EUR 166.60 · GBP 2.00');
    expect(slack?.texts[0]).toContain('… and 4 more');
    expect(slack?.texts[2]).toContain('Resolved by fact 9 at 1970-01-01T00:00:00.000Z');
    expect(new Set((await rows()).map(({ status }) => status))).toEqual(new Set(['sent']));
  });

  it('waits as long as Retry-After says, also with what would go out next', async () => {
    await put(1);
    await put(1, { drift: 'other', cause: { code: 'other', detail: 'x' } });
    const sending = await sender([answer(429, 'slow down', { 'retry-after': '30' }), ok]);
    await sending.turn();
    await sending.turn();
    expect(slack?.texts).toHaveLength(1);
    const [first, second] = await rows();
    expect(first).toMatchObject({ status: 'pending', attempts: 1, last_error: 'answered 429' });
    expect(first?.wait).toBeGreaterThan(28);
    expect(second).toMatchObject({ status: 'pending', attempts: 0, last_error: null });
  });

  it.each<[string, SlackAnswer, string]>([
    ['500', answer(500), 'answered 500'],
    ['200 without ok', answer(200, '<html>sign in</html>'), 'answered 200 and not ok'],
    ['a redirect', answer(302, '', { location: 'http://127.0.0.1:1/' }), 'could not be reached'],
    ['what is not HTTP', garbage, 'could not be reached (HPE_INVALID_CONSTANT)'],
    ['nothing', never, 'did not answer in time'],
  ])('tries again after %s, and gives up after the last attempt', async (_, given, reason) => {
    await put(1);
    const patience = given === never ? { timeoutMs: 200 } : {};
    const sending = await sender([given], { maxAttempts: 2, ...patience });
    await sending.turn();
    expect(await rows()).toMatchObject([{ status: 'pending', attempts: 1, last_error: reason }]);
    await sending.turn();
    expect(await rows()).toMatchObject([{ status: 'dead', attempts: 2, last_error: reason }]);
    await sending.turn();
    expect(slack?.texts).toHaveLength(2);
    expect(logged).toContain(reason);
    expect(logged).not.toContain(slackSecret);
  });

  it('gives up at once when the webhook is refused for good', async () => {
    await put(1);
    await (await sender([answer(404, 'no_service')])).turn();
    expect(await rows()).toMatchObject([{ status: 'dead', attempts: 1, last_error: 'answered 404' }]);
  });

  it('survives a webhook that cannot be reached, and never tells its address', async () => {
    await put(1);
    const sending = await sender([ok]);
    await slack?.close();
    await sending.turn();
    expect(await rows()).toMatchObject([
      { status: 'pending', last_error: 'could not be reached (ECONNREFUSED)' },
    ]);
    expect(logged).not.toContain('127.0.0.1');
  });

  it('pauses longer after every failure, within bounds', async () => {
    await put(1);
    const sending = await sender([answer(500)], { firstPauseMs: 100_000, greatestPauseMs: 150_000 });
    const waits: number[] = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      await database.pool.query('UPDATE app.outbox SET next_attempt_at = now()');
      await sending.turn();
      waits.push((await rows())[0]?.wait ?? 0);
    }
    expect(waits[0]).toBeGreaterThan(45);
    expect(waits[0]).toBeLessThanOrEqual(100);
    expect(waits[2]).toBeGreaterThan(70);
    expect(waits[2]).toBeLessThanOrEqual(150);
  });

  it('stops trying after several failures in a row, then lets one message decide', async () => {
    for (const cause of ['a', 'b', 'c', 'd'])
      await put(1, { drift: cause, cause: { code: cause, detail: '' } });
    const sending = await sender([answer(500), answer(500), ok], { threshold: 2, coolDownMs: 50 });
    await sending.turn();
    expect(slack?.texts).toHaveLength(2);
    expect((await rows()).map(({ attempts }) => attempts)).toEqual([1, 1, 0, 0]);
    await until(
      () => sending.turn(),
      (taken) => taken > 0,
    );
    expect(slack?.texts).toHaveLength(3);
    await until(
      () => sending.turn(),
      (taken) => taken === 0,
    );
    expect((await rows()).map(({ status }) => status)).toEqual(['sent', 'sent', 'sent', 'sent']);
  });

  it('sends each alert once when several senders run', async () => {
    for (let i = 0; i < 20; i++) await put(1, { drift: `c${i}`, cause: { code: `c${i}`, detail: '' } });
    const first = await sender([ok], { batch: 3 });
    const second = new OutboxSender({
      pool: database.pool,
      log,
      channel: webhook(slack?.url ?? ''),
      options: { gatherMs: 0, batch: 3 },
    });
    await Promise.all(
      [first, second].map((each) =>
        until(
          () => each.turn(),
          (taken) => taken === 0,
        ),
      ),
    );
    expect(slack?.texts).toHaveLength(20);
  });

  it('keeps alerts where nothing is configured', async () => {
    await put(2);
    const keeping = new OutboxSender({ pool: database.pool, log, channel: null });
    await keeping.turn();
    expect(await rows()).toMatchObject([{ status: 'kept', attempts: 0 }, { status: 'kept' }]);
  });

  it('runs until it is stopped', async () => {
    await put(1);
    const arrived = new Promise<void>((resolve) => {
      void sender([(response, request) => (ok(response, request), resolve())], { pollMs: 5 }).then((each) => {
        running = each;
        each.start();
      });
    });
    let running: OutboxSender | null = null;
    await arrived;
    await running!.stop();
    expect(await rows()).toMatchObject([{ status: 'sent' }]);
  });

  it('does not wait for Slack for ever when it is stopped, and uses up no attempt for what it cut off', async () => {
    await put(1);
    let heard: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (heard = resolve));
    const sending = await sender([() => heard()], { timeoutMs: 60_000, stopMs: 50, maxAttempts: 1 });
    sending.start();
    await asked;
    const since = performance.now();
    await sending.stop();
    expect(performance.now() - since).toBeLessThan(5_000);
    const [row] = await rows();
    expect(row).toMatchObject({ status: 'pending', attempts: 0 });
    expect(row?.wait).toBeLessThanOrEqual(0);
  });

  it('leaves what a killed sender had in hand to another within 20 s', async () => {
    await put(1);
    let heard: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (heard = resolve));
    const killed = await sender([() => heard()], { stopMs: 0 });
    const turn = killed.turn();
    await asked;
    const [row] = await rows();
    expect(row?.attempts).toBe(1);
    expect(row?.wait).toBeGreaterThan(10);
    expect(row?.wait).toBeLessThanOrEqual(20);
    await Promise.all([killed.stop(), slack?.close(), turn]);
    slack = null;
  });
});

async function until<T>(work: () => Promise<T>, done: (value: T) => boolean): Promise<void> {
  const ends = performance.now() + 10_000;
  while (!done(await work())) {
    if (performance.now() > ends) throw new Error('it did not come to an end');
  }
}
