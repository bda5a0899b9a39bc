import { send } from '../../test/support/http';
import { type IngestApp, startIngestApp } from '../../test/support/ingest-app';
import { type Ledger, LedgerBusy, type Proposal, type Receipt } from '../ledger/port';

type Append = (proposals: readonly Proposal[]) => Promise<readonly Receipt[]>;

let calls = 0;
let append: (real: Append, proposals: readonly Proposal[]) => ReturnType<Append>;
let app: IngestApp;
beforeAll(async () => {
  app = await startIngestApp({
    limits: { blockFacts: 10, blocksInFlight: 1, blockMs: 400 },
    ledger: (real): Ledger => ({
      ...real,
      append: (proposals) => append((each) => real.append(each), proposals) as ReturnType<Ledger['append']>,
    }),
  });
});
afterAll(() => app.close());
beforeEach(() => {
  calls = 0;
});

let serial = 0;
const body = (count: number) =>
  Array.from({ length: count }, () => JSON.stringify({ event_id: `evt-${(serial += 1)}` })).join('\n');
const post = (text: string) =>
  send(`${app.url}/v1/sources/scend/facts`, {
    headers: { 'content-type': 'application/x-ndjson' },
    body: text,
  });

it.each([
  ['has no room', 'ledger-busy', () => Promise.reject(new LedgerBusy(0.05))],
  ['answers nothing', 'ledger-unavailable', () => new Promise<never>(() => undefined)],
])('gives up on a block for which the ledger %s, and the same again is whole', async (_, code, refuse) => {
  const text = body(35);
  append = (real, proposals) => ((calls += 1) >= 3 ? refuse() : real(proposals));
  const answer = await post(text);
  expect([answer.status, answer.body.code]).toEqual([503, code]);
  append = (real, proposals) => real(proposals);
  expect((await post(text)).body).toMatchObject({ recorded: 15, duplicates: 20 });
});
