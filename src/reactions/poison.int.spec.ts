import { freshDatabase, type TestDatabase } from '../../test/support/postgres';
import { type FakeSlack, fakeSlack, ok } from '../../test/support/slack';
import { type SlackApiDouble, slackApi, slackToken } from '../../test/support/slack-api';
import { createLogger } from '../platform/logging';
import { Secret } from '../platform/secret';
import type { AlertBody } from './alert';
import { planner } from './alerting/plan';
import { NO_RULES } from './alerting/rules';
import type { Channel } from './channel';
import { Outbox, TO_PEOPLE } from './claim';
import { OutboxSender } from './sender';
import { SlackApi } from './slack/api';
import { SlackBot } from './slack/bot';
import { sumsOf } from './slack/thread-sums';
import { Threads } from './slack/threads';
import { SlackWebhook } from './slack/webhook';

const body: AlertBody = {
  drift: 'd0',
  detector: 'order-rejected',
  severity: 'high',
  occurrence: 1,
  subject: { kind: 'order', id: 'SC-1' },
  discriminator: '',
  cause: { code: 'unknown-sku', detail: 'SKU BAG' },
  amountAtRisk: null,
  unitsAtRisk: null,
  firstDivergence: null,
  openedAt: 0,
  resolvedAt: null,
  resolvedBy: null,
};

describe('an alert that cannot be rendered or sent', () => {
  let database: TestDatabase;
  let slack: FakeSlack;
  let bot: SlackApiDouble;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    slack = await fakeSlack((response, request) =>
      slack.texts.at(-1)?.includes('POISON')
        ? response.writeHead(400).end('invalid_blocks')
        : ok(response, request),
    );
    bot = await slackApi();
    await database.pool.query('TRUNCATE app.outbox, app.alert_threads RESTART IDENTITY');
  });
  afterEach(() => Promise.all([slack.close(), bot.close()]));

  const plan = () => planner(database.pool, NO_RULES);
  const webhook = () => new SlackWebhook({ url: new Secret(slack.url), link: '', plan: plan() });
  const threaded = () =>
    new SlackBot({
      api: new SlackApi({ url: bot.url, token: new Secret(slackToken) }),
      threads: new Threads(database.pool),
      sums: () => Promise.resolve(sumsOf([])),
      plan: plan(),
      log: createLogger('silent'),
      place: 'C0001',
      link: '',
      paceMs: 0,
    });
  async function sendAll(channel: Channel): Promise<void> {
    const options = { gatherMs: 0, firstPauseMs: 0, threshold: 100 };
    const sender = new OutboxSender({ pool: database.pool, log: createLogger('silent'), channel, options });
    for (let turns = 0; (await sender.turn()) > 0; turns++) if (turns > 100) throw new Error('it never ends');
  }
  const put = (bodies: string[], kind = 'drift.opened') =>
    database.pool.query(
      `INSERT INTO app.outbox (idempotency_key, kind, drift_id, body, position)
       SELECT $2 || n, $2, 'd' || n, body, 1 FROM unnest($1::text[]) WITH ORDINALITY AS b(body, n)`,
      [bodies, kind],
    );
  const subject = (id: string) => JSON.stringify({ ...body, subject: { kind: 'order', id } });
  const rows = async () =>
    (
      await database.pool.query<{ id: number; status: string; last_error: string | null }>(
        'SELECT id, status, last_error FROM app.outbox ORDER BY id',
      )
    ).rows;

  it.each([
    ['no JSON', '{"drift":', 'its body cannot be read'],
    ['no alert', '{}', 'its body cannot be read'],
    [
      'an instant that there is not',
      JSON.stringify({ ...body, cause: { code: 'z', detail: '' }, resolvedAt: 1e18 }),
      'could not be made',
    ],
  ])('that is %s is dead with its reason, and all others are sent', async (_, bad, reason) => {
    await put([subject('SC-1'), bad, subject('SC-2')]);
    await sendAll(webhook());
    const [first, second, third] = await rows();
    expect([first?.status, second?.status, third?.status]).toEqual(['sent', 'dead', 'sent']);
    expect(second?.last_error).toContain(reason);
  });

  it('by a webhook is bisected out of 500 of its cause within 30 messages', async () => {
    await put(Array.from({ length: 500 }, (_, i) => subject(i === 3 ? 'POISON' : `SC-${i}`)));
    await sendAll(webhook());
    const dead = (await rows()).filter(({ status }) => status !== 'sent');
    expect(dead).toEqual([{ id: 4, status: 'dead', last_error: 'answered 400' }]);
    expect(slack.texts.length).toBeLessThan(30);
  });

  it('by a bot is bisected out of its thread, where all others are told once', async () => {
    bot.refuses = ({ text }) => (String(text).includes('POISON') ? 'invalid_blocks' : null);
    await put(Array.from({ length: 12 }, (_, i) => subject(i === 0 ? 'POISON' : `SC-${i}`)));
    await sendAll(threaded());
    const dead = (await rows()).filter(({ status }) => status !== 'sent');
    expect(dead).toEqual([{ id: 1, status: 'dead', last_error: 'answered invalid_blocks' }]);
    const told = bot
      .threads()
      .flatMap(({ replies }) => replies)
      .join('\n');
    for (let i = 1; i < 6; i++) expect(told.match(new RegExp(`order:SC-${i}\\b`, 'g'))).toHaveLength(1);
  });

  it('because its address is wrong is not bisected', async () => {
    slack.answers = [(response) => response.writeHead(404).end('no_service')];
    await put(Array.from({ length: 20 }, (_, i) => subject(`SC-${i}`)));
    await sendAll(webhook());
    expect(slack.texts).toHaveLength(1);
  });

  it('stops no digest, and no surge from being seen', async () => {
    await put(['"\\ud83d', '{"detector":"\\ud83d"}'], 'drift.resolved');
    await put([subject('SC-1')]);
    await sendAll(webhook());
    expect((await rows()).map(({ status }) => status)).toEqual(['dead', 'dead', 'sent']);
  });

  it('is told as text of whole characters', async () => {
    const detail = `${'x'.repeat(499)}👨‍👩‍👧 and more`;
    await put([
      JSON.stringify({ ...body, subject: { kind: 'order', id: 'SC-\ud83d' }, cause: { code: 'c', detail } }),
    ]);
    await sendAll(webhook());
    const [text = ''] = slack.texts;
    expect(text.isWellFormed()).toBe(true);
    expect(text).toContain(`${'x'.repeat(499)}…`);
    expect(text).toContain('SC-\ufffd');
  });

  it('is taken within a bound of bytes at once, one at least', async () => {
    const big = JSON.stringify({ ...body, cause: { code: 'c', detail: 'x'.repeat(3_000_000) } });
    await put([big, big, big, big]);
    const outbox = new Outbox(database.pool, TO_PEOPLE);
    const { alerts } = await outbox.claim({ limit: 500, leaseMs: 1_000, gatherMs: 0 });
    expect(alerts).toHaveLength(3);
  });

  it('keeps what was told later of the same drift waiting until it is told, or given up', async () => {
    await put([subject('SC-1')]);
    await put([JSON.stringify({ ...body, resolvedAt: 1, resolvedBy: 2 })], 'drift.resolved');
    await database.pool.query(`UPDATE app.outbox SET told_as = 'd1'`);
    await database.pool.query(
      `UPDATE app.outbox SET next_attempt_at = now() + interval '1 hour', attempts = 1 WHERE id = 1`,
    );
    await sendAll(webhook());
    expect(slack.texts).toEqual([]);
    await database.pool.query(`UPDATE app.outbox SET status = 'dead' WHERE id = 1`);
    await sendAll(webhook());
    expect(slack.texts).toHaveLength(1);
  });
});
