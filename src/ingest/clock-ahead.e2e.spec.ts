import { type DatabaseClock, databaseClock } from '../../test/support/database-clock';
import { send } from '../../test/support/http';
import { type IngestApp, startIngestApp } from '../../test/support/ingest-app';

let clock: DatabaseClock;
let app: IngestApp;
beforeAll(async () => {
  app = await startIngestApp({
    route: async (url) => {
      clock = await databaseClock(url);
      return url;
    },
  });
});
afterAll(async () => {
  await clock.close();
  await app.close();
});

it('refuses messages while the clock of the database is years ahead, and takes them again when it is right', async () => {
  const post = () =>
    send(`${app.url}/v1/sources/scend/facts`, {
      headers: { 'content-type': 'application/json' },
      body: '{"event_id":"evt-1"}',
    });
  const before = await app.ledger.head();
  await clock.step(73 * 365 * 86_400);
  const refused = await post();
  expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([
    503,
    'ledger-clock-ahead',
    '10',
  ]);
  expect(refused.body.detail).toMatch(/clock is \d+ s ahead .* set the clock that is wrong/);
  expect(await app.ledger.head()).toEqual(before);
  await clock.step(0);
  const taken = await post();
  expect([taken.status, taken.body]).toEqual([202, expect.objectContaining({ recorded: 1 })]);
});
