import { freshDatabase, type TestDatabase } from '../../../test/support/postgres';
import { answer, garbage, never } from '../../../test/support/slack';
import { type SlackApiDouble, slackApi, slackToken } from '../../../test/support/slack-api';
import { createLogger } from '../../platform/logging';
import { Secret } from '../../platform/secret';
import { clusterId } from '../../projections/engine/reconcile';
import type { AlertBody } from '../alert';
import { planner } from '../alerting/plan';
import { type AlertRules, NO_RULES } from '../alerting/rules';
import { OutboxSender, type SenderOptions } from '../sender';
import { SlackApi } from './api';
import { SlackBot } from './bot';
import type { ThreadSums } from './thread-sums';
import { Threads } from './threads';

const LINK = 'http://tally.test';
const NOW = new Date('2026-10-04T12:00:00Z');
const body: AlertBody = {
  drift: 'd0',
  detector: 'stock-mismatch',
  severity: 'high',
  owner: 'warehouse',
  sources: ['prima-uk', 'scend'],
  occurrence: 1,
  subject: { kind: 'stock', id: 'BAG@UK1' },
  discriminator: '',
  cause: { code: 'unexplained', about: 'BAG', detail: 'no fact accounts for it' },
  amountAtRisk: { minor: 2380, currency: 'EUR' },
  unitsAtRisk: '2',
  firstDivergence: { fact: 7, at: 0 },
  openedAt: 0,
  resolvedAt: null,
  resolvedBy: null,
};
const nothing: ThreadSums = {
  clusters: 1,
  open: 0,
  accepted: 0,
  severity: 'high',
  money: [],
  owners: [],
  firstSeen: null,
  change: null,
};

describe('Slack as a bot', () => {
  let database: TestDatabase;
  let slack: SlackApiDouble;
  /** What is open, as the world of the test has it: by what a thread is about. */
  let open: Record<string, number>;
  /** What of that cannot be read. */
  let unreadable: Set<string>;
  const warnings: string[] = [];
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    slack = await slackApi(['C0001', 'C0002']);
    open = {};
    unreadable = new Set();
    warnings.length = 0;
    await database.pool.query('TRUNCATE app.outbox, app.alert_threads RESTART IDENTITY');
  });
  afterEach(() => slack.close());

  const log = createLogger('silent');
  jest
    .spyOn(log, 'warn')
    .mockImplementation((...told: unknown[]) => void warnings.push(JSON.stringify(told)));

  const sums = (about: string): Promise<ThreadSums> => {
    if (unreadable.has(about)) return Promise.reject(new RangeError('half a character'));
    const count = open[about] ?? 0;
    const some = {
      open: count,
      money: [{ minor: count * 100, currency: 'EUR' }],
      owners: ['warehouse'],
      firstSeen: new Date('2026-10-01T06:00:00Z'),
      change: 'Count it.',
    };
    return Promise.resolve({ ...nothing, ...(count > 0 ? some : {}) });
  };

  function sender(over: Partial<AlertRules> = {}, options: Partial<SenderOptions> = {}): OutboxSender {
    const api = new SlackApi({ url: slack.url, token: new Secret(slackToken) });
    const { pool } = database;
    const plan = planner(pool, { ...NO_RULES, ...over }, () => NOW);
    const threads = new Threads(pool);
    const channel = new SlackBot({
      ...{ api, threads, sums, plan, log, link: LINK, place: 'C0001' },
      paceMs: 0,
      now: () => NOW,
    });
    const quick = { gatherMs: 0, firstPauseMs: 0, timeoutMs: 300, threshold: 100 };
    return new OutboxSender({ pool, log, channel, options: { ...quick, ...options } });
  }

  async function put(drift: string, over: Partial<AlertBody> = {}, kind = 'drift.opened'): Promise<void> {
    const told = { ...body, ...over, drift };
    await database.pool.query(
      'INSERT INTO app.outbox (idempotency_key, kind, drift_id, told_as, cluster, body, position, detector) VALUES ($1, $2, $3, $3, $4, $5, 1, $6)',
      [
        `${drift}@1/${kind}`,
        kind,
        drift,
        clusterId(told.detector, told.cause),
        JSON.stringify(told),
        told.detector,
      ],
    );
  }
  const about = (name: string) => ({ cause: { ...body.cause, about: name } });
  const cluster = (name = 'BAG') => clusterId(body.detector, about(name).cause);
  const statuses = async () => {
    const { rows } = await database.pool.query<{ status: string }>(
      'SELECT status FROM app.outbox ORDER BY id',
    );
    return rows.map(({ status }) => status);
  };

  it('has one message for a cause, which says how it stands, and tells each change in its thread', async () => {
    const sending = sender();
    await put('a');
    await put('b');
    open = { [cluster()]: 2 };
    await sending.turn();
    expect(slack.threads()).toEqual([
      {
        channel: 'C0001',
        text: [
          '2 × *stock-mismatch/unexplained/BAG* (high)',
          'At risk: EUR 2.00',
          'Owner: warehouse',
          'Since 2026-10-01 06:00 UTC (3 days)',
          'To do: Count it.',
          `${LINK}/v1/clusters/${cluster()}`,
        ].join('\n'),
        replies: [expect.stringContaining('2 × *stock-mismatch* (high)')],
      },
    ]);
    await put('c');
    open = { [cluster()]: 3 };
    await sending.turn();
    const [grown] = slack.threads();
    expect(grown?.text).toMatch(/^3 × /);
    expect(grown?.replies).toEqual([
      expect.stringContaining('2 ×'),
      expect.stringContaining('on `stock:BAG@UK1`'),
    ]);
    for (const drift of ['a', 'b', 'c']) await put(drift, { resolvedAt: 0, resolvedBy: 9 }, 'drift.resolved');
    open = {};
    await sending.turn();
    const [thread] = slack.threads();
    expect(thread?.text).toBe(
      `:white_check_mark: Resolved: *stock-mismatch/unexplained/BAG*\n${LINK}/v1/clusters/${cluster()}`,
    );
    expect(thread?.replies.at(-1)).toContain('Resolved: 3 × *stock-mismatch*');
    expect(new Set(await statuses())).toEqual(new Set(['sent']));
  });

  it('goes on in the thread that it had, where a cause comes back within a day', async () => {
    const sending = sender();
    await put('a');
    await sending.turn();
    await put('a2');
    open = { [cluster()]: 1 };
    await sending.turn();
    expect(slack.threads()).toMatchObject([{ replies: [{}, {}] }]);
    expect(slack.threads()[0]?.text).toMatch(/^1 × /);
  });

  it.each(['chat.postMessage', 'conversations.history', 'chat.update'])(
    'shows each alert once in the end, whatever %s answers',
    async (method) => {
      const troubles = [
        answer(429, '', { 'retry-after': '0' }),
        answer(500),
        answer(200, '{"ok":false,"error":"internal_error"}'),
        answer(200, '{"ok":false,"error":"<script>"}'),
        answer(200, '<html>'),
        answer(200, '{"ok":true}'),
        garbage,
        never,
      ];
      const sending = sender({}, { maxAttempts: 100 });
      // Taken or not: nobody can tell from such answers.
      slack.troubles = troubles.flatMap((each) =>
        [true, false].map((taken) => ({ method, taken, answer: each })),
      );
      // Looked for only where a message may have arrived.
      if (method === 'conversations.history')
        slack.troubles.push({ method: 'chat.postMessage', taken: true, answer: never });
      for (const name of ['BAG', 'CAP', 'SOCK']) {
        await put(name, about(name));
        open[cluster(name)] = 1;
      }
      await settled(sending);
      for (const name of ['BAG', 'CAP', 'SOCK']) await put(name, about(name), 'drift.resolved');
      open = {};
      await settled(sending);
      expect(slack.troubles).toEqual([]);
      const threads = slack.threads();
      expect(threads).toHaveLength(3);
      for (const { text, replies } of threads) {
        expect(text).toMatch(/Resolved: /);
        expect(replies).toEqual([expect.stringMatching(/^\*stock/), expect.stringMatching(/^Resolved/)]);
      }
      expect(warnings.join()).toContain('answered internal_error');
      expect(warnings.join()).not.toMatch(/xoxb|script|127\.0\.0\.1/);
    },
  );

  it('begins a thread anew that somebody has deleted', async () => {
    const sending = sender();
    await put('a');
    open = { [cluster()]: 1 };
    await sending.turn();
    slack.remove(slack.messages[0]?.ts ?? '');
    await put('b');
    await settled(sending);
    expect(slack.threads()).toMatchObject([{ replies: [expect.stringContaining('alert 2')] }]);
  });

  it('gives up what Slack does not take for good, and sends it on request', async () => {
    slack.troubles.push({
      method: 'chat.postMessage',
      taken: false,
      answer: answer(200, '{"ok":false,"error":"msg_too_long"}'),
    });
    await put('a');
    const sending = sender();
    await sending.turn();
    expect(await statuses()).toEqual(['dead']);
    await database.pool.query(
      `UPDATE app.outbox SET status = 'pending', attempts = 0, next_attempt_at = now()`,
    );
    await sending.turn();
    expect(slack.threads()).toMatchObject([{ replies: [{}] }]);
  });

  it('goes where the first route that fits says, or nowhere', async () => {
    const route = {
      detectors: null,
      severities: null,
      sources: null,
      owners: null,
      channel: null,
      mute: false,
    };
    const sending = sender({
      routes: [
        { ...route, detectors: ['stock-mismatch'], severities: ['low'], mute: true },
        { ...route, sources: ['prima-uk'], owners: ['finance'], channel: 'C0002' },
      ],
    });
    await put('low', { severity: 'low', ...about('LOW') });
    await put('finance', { owner: 'finance', ...about('FIN') });
    await put('other', about('OTHER'));
    await sending.turn();
    expect(await statuses()).toEqual(['kept', 'sent', 'sent']);
    expect(slack.messages.filter(({ thread }) => thread === null).map(({ channel }) => channel)).toEqual([
      'C0002',
      'C0001',
    ]);
  });

  it('is silent in quiet hours but for what is critical, and tells the rest when they end', async () => {
    const quietHours = { from: 11 * 60, to: 13 * 60, timeZone: 'UTC', except: ['critical'] };
    await put('night', about('N'));
    await put('fire', { severity: 'critical', ...about('F') });
    await sender({ quietHours }).turn();
    expect(await statuses()).toEqual(['pending', 'sent']);
    const { rows } = await database.pool.query<{ minutes: number; attempts: number }>(
      `SELECT round(extract(epoch FROM next_attempt_at - now()) / 60)::int AS minutes, attempts FROM app.outbox WHERE id = 1`,
    );
    expect(rows).toEqual([{ minutes: 60, attempts: 0 }]);
  });

  it('tells a surge as one: a feed or a mapping is suspected', async () => {
    for (let i = 0; i < 30; i++) await put(`d${i}`, about(`SKU${i}`));
    open = { 'surge/stock-mismatch': 30 };
    const sending = sender({ surge: { drifts: 30, minutes: 10 } });
    await sending.turn();
    await put('d30', about('SKU30'));
    open = { 'surge/stock-mismatch': 31 };
    await sending.turn();
    const [thread, ...others] = slack.threads();
    expect(others).toEqual([]);
    expect(thread?.text).toMatch(/^31 × \*stock-mismatch\* \(high\): feed or mapping suspected/);
    expect(thread?.replies[0]).toContain(
      '30 × *stock-mismatch*: feed or mapping suspected (30 in 30 clusters within 10 min)',
    );
    // The end is told where the beginning was.
    await put('d0', about('SKU0'), 'drift.resolved');
    await sending.turn();
    expect(slack.threads()).toMatchObject([{ replies: [{}, {}, {}] }]);
  });

  it('brings threads up to date, though one of them cannot be read', async () => {
    const names = Array.from({ length: 25 }, (_, i) => `SKU${i}`);
    for (const [i, name] of names.entries()) await put(`d${i}`, about(name));
    open = Object.fromEntries(names.map((name) => [cluster(name), 1]));
    const sending = sender();
    await settled(sending);
    // As many as are looked at in one turn, and the longest unseen.
    unreadable = new Set(names.slice(0, 20).map((name) => cluster(name)));
    open = Object.fromEntries(names.map((name) => [cluster(name), 2]));
    await database.pool.query(
      `UPDATE app.alert_threads SET dirty = true, refreshed_at = now() - (CASE WHEN about = ANY($1) THEN interval '2 minutes' ELSE interval '1 minute' END)`,
      [[...unreadable]],
    );
    await sending.turn();
    await sending.turn();
    const texts = slack.threads().map(({ text }) => text);
    expect(texts.filter((text) => text.startsWith('2 × '))).toHaveLength(5);
    // They are looked at again when the others were.
    unreadable.clear();
    await database.pool.query(
      `UPDATE app.alert_threads SET refreshed_at = refreshed_at - interval '1 minute'`,
    );
    await settled(sending);
    expect(slack.threads().filter(({ text }) => text.startsWith('2 × '))).toHaveLength(25);
  });

  it('sends each once when several senders run', async () => {
    for (let i = 0; i < 12; i++) await put(`d${i}`, about(`SKU${i}`));
    await Promise.all([sender({}, { batch: 3 }), sender({}, { batch: 3 })].map(settled));
    expect(slack.threads()).toHaveLength(12);
  });

  async function settled(sending: OutboxSender): Promise<void> {
    const ends = performance.now() + 20_000;
    for (;;) {
      await sending.turn();
      const { rows } = await database.pool.query<{ left: number }>(
        `SELECT (SELECT count(*) FROM app.outbox WHERE status = 'pending')
              + (SELECT count(*) FROM app.alert_threads WHERE dirty) AS left`,
      );
      if (rows[0]?.left === 0) return;
      if (performance.now() > ends) throw new Error('it did not come to an end');
    }
  }
});
