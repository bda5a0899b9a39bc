import { type CommandLine, commandLine, said } from '../../test/support/command-line';
import { ConfigError } from '../platform/config';
import { runDiff, runDrop, runList, runPromote, runRollback } from './generations';
import { runIngest } from './ingest';
import { runReplay } from './replay';

const ORDERS = 12;
const order = (number: number) => ({
  documentType: 'SalesOrder',
  salesOrderNo: `SO${number}`,
  externalRef: `SC-${number}`,
  customer: 'C1',
  currency: 'GBP',
  status: 'pending_fulfilment',
  lines: [
    {
      lineNo: 1,
      itemCode: 'BAG',
      quantity: '1',
      uom: 'EA',
      unitPrice: '35.00',
      net: '35.00',
      tax: '7.00',
      gross: '42.00',
    },
  ],
  totals: { net: '35.00', tax: '7.00', gross: '42.00' },
  version: 1,
  modifiedAt: '2026-11-20T09:00:00Z',
});
const rejection = (number: number) => ({
  event_id: `evt-${number}`,
  event_type: 'order.rejected',
  occurred_at: '2026-11-20T09:05:00Z',
  client_id: 'ACME',
  warehouse: 'UK1',
  order_ref: `SO${number}`,
  reason_code: 'UNKNOWN_SKU',
  reason: 'unknown SKU',
  lines: [{ order_line: 1, sku: 'BAG', qty: 1 }],
});

let line: CommandLine;

beforeAll(async () => {
  line = await commandLine(`sources:
  - { name: prima, kind: prima, timeZone: UTC, legalEntity: ACME }
  - { name: scend, kind: scend, timeZone: UTC, legalEntity: ACME }
`);
  const numbers = Array.from({ length: ORDERS }, (_, index) => index + 1);
  await ingest('prima', numbers.map(order));
  await ingest('scend', numbers.map(rejection));
  await said(() => runReplay({ json: false }));
});

afterAll(() => line.close());

const file = (name: string, content: string) => line.file(name, content);

async function ingest(source: string, messages: readonly object[]): Promise<void> {
  const path = await file(`${source}.json`, JSON.stringify(messages));
  await said(() => runIngest({ source, file: path, json: false }));
}

const openDrifts = async () => {
  const { rows } = await line.database.pool.query<{ drifts: number }>(
    `SELECT count(*) AS drifts FROM live.drifts WHERE status = 'open' AND detector = 'order-rejected'`,
  );
  return rows[0]?.drifts;
};

it('shows what a draft of the policy would change, puts it in force, and takes it back', async () => {
  const policy = await file('draft.yaml', 'policy: { detectors: { order-rejected: { enabled: false } } }\n');
  expect(await openDrifts()).toBe(ORDERS);
  const shown = await said(() =>
    runReplay({ json: false, policy, reason: 'rejections are seen to elsewhere' }),
  );
  expect(shown).toContain(`closes ${ORDERS} drifts (504.00 GBP at risk), opens 0 drifts, changes 0 drifts.`);
  expect(shown).toMatch(/closed\s+order-rejected\s+unknown-sku\s+12\s+504\.00 GBP/);
  expect(await openDrifts()).toBe(ORDERS);

  const { items } = JSON.parse(await said(() => runList({ json: true }))) as {
    items: { id: number; status: string; reason: string | null }[];
  };
  const [draft] = items;
  expect(draft).toMatchObject({ status: 'ready', reason: 'rejections are seen to elsewhere' });
  const id = String(draft?.id);

  const csv = await said(() => runDiff(id, { json: false, csv: true, ndjson: false, section: 'drifts' }));
  const lines = csv.trimEnd().split('\r\n');
  expect(lines).toHaveLength(ORDERS + 1);
  expect(lines[0]).toMatch(/^"change","detector","subject"/);
  expect(lines.slice(1).every((line) => line.startsWith('"closed","order-rejected","order:SC-'))).toBe(true);

  expect(await said(() => runPromote(id, { json: false }))).toMatch(
    new RegExp(`^Generation ${id} is live, at fact`),
  );
  expect(await openDrifts()).toBe(0);
  await said(() => runRollback({ json: false }));
  expect(await openDrifts()).toBe(ORDERS);
  await said(() => runRollback({ json: false }));
  expect(await openDrifts()).toBe(0);
  await said(() => runRollback({ json: false }));
  expect(await said(() => runDrop(id, { json: true }))).toBe(`{"dropped":${id}}\n`);
  expect(await said(() => runList({ json: false }))).not.toContain('seen to elsewhere');
});

it('shows what a draft would have shown at an earlier fact or time, which cannot be put in force', async () => {
  const policy = await file('then.yaml', 'policy: { detectors: { order-rejected: { enabled: false } } }\n');
  const { rows } = await line.database.pool.query<{ first: number }>(
    `SELECT min(position) AS first FROM ledger.facts WHERE source = 'scend'`,
  );
  const upTo = String((rows[0]?.first ?? 0) + 4);
  const shown = await said(() => runReplay({ json: false, policy, upTo }));
  expect(shown).toContain(`as of fact ${upTo}: closes 5 drifts`);
  expect(shown).toContain(
    `It ends at fact ${upTo}, as does what it is compared with, so it cannot be put in force.`,
  );
  const id = /^Generation (\d+) is ready/.exec(shown)?.[1] ?? '';
  await expect(said(() => runPromote(id, { json: false }))).rejects.toThrow(/cannot be put in force/);
  expect(await said(() => runList({ json: false }))).toContain(`ready, up to fact ${upTo}`);
  await said(() => runDrop(id, { json: false }));
  expect(await said(() => runList({ json: false }))).not.toContain('up to fact');

  const now = new Date().toISOString();
  expect(await said(() => runReplay({ json: false, policy, upTo: now }))).toContain(
    `closes ${ORDERS} drifts`,
  );
});

it.each([
  ['without a draft', { upTo: '5' }, /--up-to shows what a draft would have found/],
  ['that is no time', { upTo: 'month-end', policy: 'draft' }, /neither a position nor a time with a zone/],
  ['without a zone', { upTo: '2026-10-31T00:00:00', policy: 'draft' }, /neither a position nor a time/],
])('refuses an end %s', async (_, options, why) => {
  await expect(runReplay({ json: false, ...options })).rejects.toThrow(why);
});

it('a policy that was promoted stays in force for the commands that follow', async () => {
  const policy = await file(
    'quiet.json',
    JSON.stringify({ detectors: { 'order-rejected': { enabled: false } } }),
  );
  const { generation } = JSON.parse(await said(() => runReplay({ json: true, policy }))) as {
    generation: number;
  };
  await said(() => runPromote(String(generation), { json: true }));
  await said(() => runReplay({ json: false }));
  expect(await openDrifts()).toBe(0);
});

it.each([
  [
    'an unknown detector',
    'detectors: { order-lost: {} }',
    /detectors\.order-lost: no such detector; there are: /,
  ],
  ['a negative tolerance', 'detectors: { invoice-price-mismatch: { toleranceMinor: -1 } }', /toleranceMinor/],
  ['a word that is none of ours', 'detector: {}', /Unrecognized key/],
  ['no YAML', '{ ] }', /broken\.yaml: /],
])('refuses a policy with %s, naming the place', async (_, content, why) => {
  const policy = await file('broken.yaml', content);
  await expect(runReplay({ json: false, policy })).rejects.toThrow(why);
  await expect(runReplay({ json: false, policy })).rejects.toBeInstanceOf(ConfigError);
});

it('refuses what is no generation, and to drop the one that is served', async () => {
  await expect(said(() => runPromote('four', { json: false }))).rejects.toThrow(
    /four is no generation's number/,
  );
  await expect(said(() => runDrop('9999', { json: false }))).rejects.toThrow(/there is no generation 9999/);
  const { items } = JSON.parse(await said(() => runList({ json: true }))) as {
    items: { id: number; status: string }[];
  };
  const live = items.find(({ status }) => status === 'live');
  await expect(said(() => runDrop(String(live?.id), { json: false }))).rejects.toThrow(
    /is live: only drafts/,
  );
});
