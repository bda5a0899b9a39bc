import { send } from '../../test/support/http';
import { type IngestApp, startIngestApp } from '../../test/support/ingest-app';
import {
  type Ledger,
  LedgerBusy,
  LedgerLimitExceeded,
  LedgerUnavailable,
  type Proposal,
} from '../ledger/port';

let append: (proposals: readonly Proposal[]) => Error | null = () => null;
let app: IngestApp;
beforeAll(async () => {
  app = await startIngestApp({
    limits: { blockFacts: 10 },
    ledger: (real): Ledger => ({
      ...real,
      async append(proposals) {
        const error = append(proposals);
        if (error) throw error;
        return real.append(proposals);
      },
    }),
  });
});
afterAll(() => app.close());
afterEach(() => {
  append = () => null;
});

let serial = 0;
const lines = (count: number) =>
  Array.from({ length: count }, () => JSON.stringify({ event_id: `evt-${(serial += 1)}` })).join('\n');
const post = (body: string) =>
  send(`${app.url}/v1/sources/scend/facts`, { headers: { 'content-type': 'application/x-ndjson' }, body });

it('answers a full queue with 503 and when to come again', async () => {
  append = () => new LedgerBusy(7);
  const answer = await post(lines(25));
  expect([answer.status, answer.body.code, answer.headers['retry-after']]).toEqual([503, 'ledger-busy', '7']);
});

it('waits with a body that was begun until there is room', async () => {
  let calls = 0;
  append = () => ((calls += 1) === 2 ? new LedgerBusy(0.01) : null);
  expect((await post(lines(25))).body).toMatchObject({ recorded: 25, duplicates: 0 });
  expect(calls).toBe(4);
});

it('answers 503 when the ledger is away, and the same body again is whole', async () => {
  const body = lines(35);
  let calls = 0;
  append = () => ((calls += 1) === 3 ? new LedgerUnavailable('connection to 10.0.0.1 lost') : null);
  const failed = await post(body);
  expect([failed.status, failed.body.code, failed.headers['retry-after']]).toEqual([
    503,
    'ledger-unavailable',
    '1',
  ]);
  expect(JSON.stringify(failed.body)).not.toContain('10.0.0.1');
  append = () => null;
  const again = await post(body);
  expect(Number(again.body.recorded) + Number(again.body.duplicates)).toBe(35);
  expect(Number(again.body.duplicates)).toBeGreaterThan(0);
});

it('answers 413 for what the ledger does not take', async () => {
  append = () => new LedgerLimitExceeded('the payload has 17 bytes; at most 16 are recorded');
  expect((await post(lines(1))).status).toBe(413);
});

it('tells nothing of what went wrong here but an id', async () => {
  append = () => new Error('password=hunter2 at /secret/path');
  const answer = await post(lines(1));
  expect([answer.status, answer.body.code]).toEqual([500, 'internal-error']);
  expect(answer.body.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(JSON.stringify(answer.body)).not.toMatch(/hunter2|secret/);
});
