import { type Service, startService } from '../../test/api/service';
import { customer, hour, item, rejected, salesOrder, synchronised } from '../../test/api/story';
import { type FakeSlack, fakeSlack, ok } from '../../test/support/slack';
import { settled } from '../../test/support/settled';
import { createLogger } from '../platform/logging';
import { Secret } from '../platform/secret';
import { planner } from './alerting/plan';
import { completeImport } from './import-alert';
import { insertOutbox } from './outbox';
import { tellPromotion } from './promotion-alert';
import { OutboxSender } from './sender';
import { SlackWebhook } from './slack/webhook';

/** What a text that was cut in the middle of a character leaves: JSON that PostgreSQL stores and does not look into. */
const HALF = '\ud83d';
const quiet = { detectors: { 'order-rejected': { enabled: false } } };

describe('a finding with half a character', () => {
  let service: Service;
  let slack: FakeSlack;
  beforeAll(async () => {
    slack = await fakeSlack(ok);
    service = await startService({ onEvents: insertOutbox, onPromoted: tellPromotion });
    await service.tell('prima', item('BAG-1'), customer(), salesOrder('SO1'), salesOrder('SO2'));
    // Two versions with one number: the difference of their texts is a finding.
    const described = (text: string) => ({ ...item('EMO-1'), description: text });
    await service.tell('prima', described(`${'x'.repeat(199)}👜 bag`), described(`${'y'.repeat(20)}${HALF}`));
    await folded(await service.tell('scend', synchronised('BAG-1'), rejected('SO1'), rejected('SO2')));
    // However it came there, it is one of the rows that are read.
    await service.database.pool.query(
      `UPDATE live.drifts SET finding = replace(finding, '"detail":"', '"detail":"\\ud83d')
        WHERE id = (SELECT min(id) FROM live.drifts WHERE detector = 'order-rejected')`,
    );
  });
  afterAll(async () => {
    await slack.close();
    await service.close();
  });

  const folded = (position: number) =>
    settled(async () => {
      const sql = 'SELECT FROM live.checkpoint WHERE position >= $1';
      return (await service.database.pool.query(sql, [position])).rowCount === 1;
    });
  const ended = async (path: string) =>
    settled(async () => (await service.get(path)).json.status === 'ready');

  it('is in the sums of its cluster, whose other findings say what the cause is', async () => {
    const { rows } = await service.database.pool.query(
      `SELECT FROM live.drifts WHERE finding LIKE '%\\\\ud83d%' AND detector = 'order-rejected'`,
    );
    expect(rows).toHaveLength(1);
    const { status, json } = await service.get('/v1/clusters');
    expect(status).toBe(200);
    expect(json.items).toContainEqual(
      expect.objectContaining({
        detector: 'order-rejected',
        open: 2,
        cause: expect.objectContaining({ code: 'unknown-sku' }) as object,
      }),
    );
  });

  it('keeps no draft from being compared, none from being promoted, and none from being taken back', async () => {
    const { id } = (await service.post('/v1/replays', { policy: quiet })).json;
    await ended(`/v1/replays/${String(id)}`);
    for (const path of ['', '/diff?section=drifts'])
      expect((await service.get(`/v1/replays/${String(id)}${path}`)).status).toBe(200);
    for (const each of [id, 1])
      expect((await service.post(`/v1/replays/${String(each)}/promote`)).status).toBeLessThan(300);
    const { items } = (await service.get('/v1/alerts?kind=generation.promoted')).json;
    expect(items).toMatchObject([{ about: { generation: 1 } }, { about: { generation: id } }]);
  });

  it('keeps no import from being told at its end', async () => {
    await service.post('/v1/imports', { reason: null });
    await folded(await service.tell('scend', rejected('SO2', hour(2))));
    await service.database.pool.query(
      `UPDATE live.drifts SET finding = replace(finding, '"detail":"', '"detail":"\\ud83d'), opened_by = 1e6 WHERE detector = 'order-rejected'`,
    );
    await service.post('/v1/imports/end', { now: true });
    expect(await completeImport(service.database.pool)).toBe(true);
  });

  it('keeps no alert from being sent', async () => {
    const { pool } = service.database;
    const rules = { routes: [], quietHours: null, surge: { drifts: 1, minutes: 10 } };
    const channel = new SlackWebhook({ url: new Secret(slack.url), link: '', plan: planner(pool, rules) });
    const sender = new OutboxSender({ pool, log: createLogger('silent'), channel, options: { gatherMs: 0 } });
    while ((await sender.turn()) > 0);
    const left = (await service.get('/v1/alerts?limit=100')).json.items as { status: string }[];
    expect(left.filter(({ status }) => status === 'pending' || status === 'dead')).toEqual([]);
    expect(slack.texts.every((text) => text.isWellFormed())).toBe(true);
  });
});
