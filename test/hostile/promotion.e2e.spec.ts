/** Texts that no database, terminal or message takes as they are, in what is told: alerts, lists and the diff of a promotion. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { canaries, sing } from '../site/canaries';
import { type Site, secrets, startSite } from '../site/site';
import { unsound } from '../site/sound';
import { type TestDatabase, freshDatabase } from '../support/postgres';
import { settled } from '../support/settled';
import { type FakeSlack, fakeSlack, ok } from '../support/slack';

const FOLDER = path.join(__dirname, 'messages');
const JSON_BODY = { 'content-type': 'application/json' };
const SECTIONS = ['drifts', 'orders', 'stock', 'matches', 'quarantine'];

let database: TestDatabase;
let slack: FakeSlack;
let site: Site;

beforeAll(async () => {
  database = await freshDatabase();
  slack = await fakeSlack(ok);
  site = await startSite({ databaseUrl: database.url, env: { SLACK_WEBHOOK_URL: slack.url } });
});
afterAll(async () => {
  await site.stop();
  await slack.close();
  await database.drop();
});

it.each(readdirSync(FOLDER))(
  '%s: canaries are told of, and a mapping that changes them is compared and promoted',
  async (file) => {
    const source = file.split('.')[1] ?? '';
    const messages = readFileSync(path.join(FOLDER, file), 'utf8').trim().split('\n');
    expect((await site.door.deliver(source, messages)).status).toBe(202);
    const flown = canaries(1 + readdirSync(FOLDER).indexOf(file));
    await sing(site.door, flown);
    expect(await unsound(site, [flown])).toEqual([]);
    await settled(() => Promise.resolve(slack.texts.some((text) => text.includes(flown.name))));

    const policy = { policy: { promotion: { fourEyes: false }, owner: file }, reason: file };
    await site.door.json({
      method: 'PUT',
      path: '/v1/policy',
      headers: JSON_BODY,
      body: JSON.stringify(policy),
    });
    const { id } = await site.door.json<{ id: number }>({
      method: 'POST',
      path: '/v1/replays',
      headers: JSON_BODY,
      body: '{"policy":"draft"}',
    });
    for (;;) {
      const { status } = await site.door.json<{ status: string }>({
        method: 'GET',
        path: `/v1/replays/${id}`,
      });
      if (status !== 'building') break;
      await delay(50);
    }
    for (const section of SECTIONS) {
      const { status, text } = await site.door.get(`/v1/replays/${id}/diff?section=${section}`);
      expect([section, status, text]).toEqual([section, 200, expect.any(String)]);
    }
    const headers = { authorization: `Bearer ${secrets.second}` };
    await site.door.json({ method: 'POST', path: `/v1/replays/${id}/promote`, headers });
    expect(await unsound(site, [flown])).toEqual([]);
  },
);
