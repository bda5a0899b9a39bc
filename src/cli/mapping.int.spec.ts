import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type CommandLine, commandLine, said } from '../../test/support/command-line';
import { ConfigError } from '../platform/config';
import { DocumentRefused } from '../domain/refused';
import { runList, runPromote, runRollback } from './generations';
import { runIngest } from './ingest';
import { runDiffMapping, runEditMapping, runMappingHistory, runShowMapping } from './mapping';
import { runDiffPolicy, runEditPolicy, runPolicyHistory, runShowPolicy } from './policy';
import { runReplay } from './replay';

const ORDERS = 200;
/** What the books call `BAG-10157` is `BAG 10157` in the warehouse. */
const BOOKS = 'BAG-10157';
const WAREHOUSE = 'BAG 10157';

const day = (date: number, hour: number) => `2026-11-${date}T${String(hour).padStart(2, '0')}:00:00Z`;
const line = (over: object) => ({ lineNo: 1, itemCode: BOOKS, quantity: '1', uom: 'EA', ...over });
const item = {
  documentType: 'Item',
  itemCode: BOOKS,
  status: 'active',
  stockManaged: true,
  baseUom: 'EA',
  uoms: [{ uom: 'EA', factor: '1' }],
  version: 1,
  modifiedAt: day(18, 8),
};
const customer = { documentType: 'Customer', customerAccount: 'C1', version: 1, modifiedAt: day(18, 8) };
const order = (number: number) => ({
  documentType: 'SalesOrder',
  salesOrderNo: `SO${number}`,
  externalRef: `SC-${number}`,
  customerAccount: 'C1',
  currency: 'GBP',
  status: 'pending_billing',
  lines: [line({ unitPrice: '42.15', net: '42.15', tax: '8.43', gross: '50.58', taxCode: 'S' })],
  totals: { net: '42.15', tax: '8.43', gross: '50.58' },
  version: 1,
  modifiedAt: day(20, 9),
});
const fulfilment = (number: number) => ({
  documentType: 'ItemFulfilment',
  fulfilmentNo: `IF${number}`,
  salesOrderNo: `SO${number}`,
  status: 'shipped',
  shippedAt: day(20, 15),
  warehouse: 'UK1',
  warehouseDispatchRef: `D${number}`,
  trackingNumbers: [`T${number}`],
  lines: [line({})],
  version: 1,
  modifiedAt: day(20, 15),
});
const event = (id: string, type: string, at: string, over: object) => ({
  event_id: id,
  event_type: type,
  occurred_at: at,
  client_id: 'ACME',
  warehouse: 'UK1',
  ...over,
});
const inOrder = (number: number) => ({
  order_ref: `SO${number}`,
  lines: [{ order_line: 1, sku: WAREHOUSE, qty: 1 }],
});
const dispatch = (number: number) => ({
  order_ref: `SO${number}`,
  dispatch_ref: `D${number}`,
  parcels: [{ tracking_number: `T${number}`, lines: inOrder(number).lines }],
});

let cli: CommandLine;

beforeAll(async () => {
  cli = await commandLine(`sources:
  - { name: prima, kind: prima, timeZone: UTC, legalEntity: ACME }
  - { name: scend, kind: scend, timeZone: UTC, legalEntity: ACME }
`);
  const numbers = Array.from({ length: ORDERS }, (_, index) => index + 1);
  const later = { ...customer, customerAccount: 'C2', modifiedAt: day(23, 8) };
  await ingest('prima', [item, customer, ...numbers.map(order), ...numbers.map(fulfilment), later]);
  await ingest('scend', [
    event('s', 'item.synchronised', day(18, 9), { sku: WAREHOUSE, base_uom: 'EA' }),
    ...numbers.map((number) => event(`r${number}`, 'order.received', day(20, 10), inOrder(number))),
    ...numbers.map((number) => event(`d${number}`, 'order.dispatched', day(20, 14), dispatch(number))),
    event('z', 'item.synchronised', day(23, 9), { sku: WAREHOUSE, base_uom: 'EA' }),
  ]);
  await said(() => runReplay({ json: false }));
});

afterAll(() => cli.close());

async function ingest(source: string, messages: readonly object[]): Promise<void> {
  const file = await cli.file(`${source}.json`, JSON.stringify(messages));
  await said(() => runIngest({ source, file, json: false }));
}

async function openDrifts(): Promise<Record<string, number>> {
  const { rows } = await cli.database.pool.query<{ detector: string; drifts: number }>(
    `SELECT detector, count(*) AS drifts FROM live.drifts WHERE status = 'open' GROUP BY 1 ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(({ detector, drifts }) => [detector, drifts]));
}

async function newest(): Promise<string> {
  const { items } = JSON.parse(await said(() => runList({ json: true }))) as { items: { id: number }[] };
  return String(items[0]?.id);
}

const text = { json: false };
const show = (table?: string, draft = false) => said(() => runShowMapping(table, { ...text, draft }));
const edit = async (table: string, content: string, reason?: string) => {
  const file = await cli.file('edited.yaml', content);
  return said(() => runEditMapping(table, file, { ...text, reason }));
};

const ALIAS = `- { source: scend, from: ${WAREHOUSE}, to: ${BOOKS} }\n`;
const CLOSED = {
  'fulfilment-not-invoiced': ORDERS,
};

describe('one wrong SKU', () => {
  const WRONG = {
    ...CLOSED,
    'fulfilment-quantity-mismatch': 2 * ORDERS,
    'reference-unresolved': ORDERS + 1,
    'sku-format-invalid': 1,
  };

  it('is drafted, compared, put in force, taken back, and put in force again', async () => {
    expect(await openDrifts()).toEqual(WRONG);
    expect(await show()).toMatch(/^table\s+entries\s+in force\s+draft\nsku-aliases\s+0\s+empty\n/);
    expect(await edit('sku-aliases', ALIAS, 'the warehouse writes a blank')).toMatch(
      /^Version 1 of sku-aliases is drafted, at fact \d+\./,
    );
    expect(await edit('sku-aliases', ALIAS)).toMatch(/^Version 1 of sku-aliases says so already/);
    expect(await said(() => runDiffMapping(undefined, text))).toBe(
      `sku-aliases: empty → version 1\n+ { source: scend, from: ${WAREHOUSE}, to: ${BOOKS} }\n`,
    );
    // Drafting changes nothing.
    await said(() => runReplay(text));
    expect(await openDrifts()).toEqual(WRONG);

    const shown = await said(() => runReplay({ ...text, mapping: 'draft', reason: 'SKU with a blank' }));
    expect(shown).toContain(
      `closes ${3 * ORDERS + 2} drifts (8430.00 GBP at risk), opens 0 drifts, changes 0 drifts`,
    );
    expect(await openDrifts()).toEqual(WRONG);
    // What the documentation shows is what is printed.
    const page = await readFile(path.join(__dirname, '../../docs/mappings.md'), 'utf8');
    expect(page).toContain(shown.slice(shown.indexOf('closes'), shown.indexOf('Quarantine')));

    const draft = await newest();
    await said(() => runPromote(draft, text));
    expect(await openDrifts()).toEqual(CLOSED);
    expect(await show()).toMatch(/\nsku-aliases\s+1\s+version 1\n/);
    expect(await said(() => runDiffMapping('sku-aliases', text))).toBe(
      'Nothing is drafted that is not in force.\n',
    );
    expect(await said(() => runMappingHistory('sku-aliases', text))).toMatch(
      /sku-aliases\s+1\s+in force\s+\S+\s+local:unverified\s+\d+\s+the warehouse writes a blank\n/,
    );
    await said(() => runRollback(text));
    expect(await openDrifts()).toEqual(WRONG);
    expect(await show()).toMatch(/\nsku-aliases\s+0\s+empty\s+version 1\n/);
    await said(() => runPromote(draft, text));
    // It stays in force for whatever is built next.
    await said(() => runReplay(text));
    expect(await openDrifts()).toEqual(CLOSED);
  });

  it('shows what is in force as a file to edit, and what is drafted', async () => {
    expect(await show('sku-aliases')).toBe(
      `# sku-aliases: version 1, in force\n- source: scend\n  from: ${WAREHOUSE}\n  to: ${BOOKS}\n`,
    );
    await edit('sku-aliases', `mapping:\n  sku-aliases:\n    - { from: A, to: B }\n`);
    expect(await show('sku-aliases')).toContain('# sku-aliases: version 1, in force; version 2 is drafted\n');
    expect(await show('sku-aliases', true)).toBe('# sku-aliases: version 2, drafted\n- from: A\n  to: B\n');
    expect(await said(() => runDiffMapping('sku-aliases', text))).toBe(
      `sku-aliases: version 1 → version 2\n- { source: scend, from: ${WAREHOUSE}, to: ${BOOKS} }\n+ { from: A, to: B }\n`,
    );
    // What was said before is a version of its own when it is said again.
    expect(await edit('sku-aliases', ALIAS)).toMatch(/^Version 3 /);
    expect(await said(() => runDiffMapping('sku-aliases', text))).toBe(
      'Nothing is drafted that is not in force.\n',
    );
  });

  it('of a file is in the ledger before it is in force', async () => {
    const mapping = await cli.file(
      'mapping.yaml',
      `sku-aliases:\n  ${ALIAS}non-stock:\n  - { pattern: "FEE-*" }\n`,
    );
    const { generation, drifts } = JSON.parse(
      await said(() => runReplay({ json: true, mapping, reason: 'fees never ship' })),
    ) as { generation: number; drifts: unknown[] };
    expect(drifts).toEqual([]);
    expect(await said(() => runMappingHistory('non-stock', text))).toBe('No version was drafted yet.\n');
    await said(() => runPromote(String(generation), text));
    expect(JSON.parse(await said(() => runMappingHistory('non-stock', { json: true })))).toMatchObject({
      items: [{ version: 1, state: 'in force', actor: 'local:unverified', reason: 'fees never ship' }],
    });
  });

  it.each<[string, string, string, RegExp]>([
    ['an unknown table', 'skus', '[]', /no table is named skus; the tables are sku-aliases, /],
    [
      'a circle',
      'sku-aliases',
      '[{from: A, to: B}, {from: B, to: A}]',
      /^sku-aliases\[1\]: closes a circle: A → B → A/,
    ],
    [
      'an unknown source',
      'units',
      '[{source: oro, from: P, to: EA}]',
      /^units\[0\]\.source: no source is named oro; there are: prima, scend/,
    ],
    ['no YAML', 'units', '{ ] }', /edited\.yaml: /],
  ])('is refused with %s, and nothing is recorded', async (_, table, content, why) => {
    await expect(edit(table, content)).rejects.toThrow(why);
    await expect(edit(table, content)).rejects.toMatchObject({ code: /^(config|mapping)-invalid$/ });
    expect(await said(() => runMappingHistory('units', text))).toBe('No version was drafted yet.\n');
  });

  it('is refused of a file that is wrong, naming it, and of a draft that is not there', async () => {
    const mapping = await cli.file('broken.yaml', 'sku-alias: []\n');
    await expect(runReplay({ ...text, mapping })).rejects.toThrow(
      /broken\.yaml: no table is named sku-alias/,
    );
    await expect(said(() => runReplay({ ...text, mapping: 'draft' }))).rejects.toThrow(
      /no mapping is drafted/,
    );
    await expect(said(() => runReplay({ ...text, policy: 'draft' }))).rejects.toBeInstanceOf(ConfigError);
  });
});

it('a policy is drafted, compared and put in force in the same way', async () => {
  const page = await readFile(path.join(__dirname, '../../docs/policy.md'), 'utf8');
  const written = /^\$ cat policy\.yaml\n([^$]+)/m.exec(page)?.[1] ?? '';
  const file = await cli.file('policy.yaml', written);
  expect(await said(() => runShowPolicy({ ...text, draft: false }))).toMatch(
    /^# policy: as configured, in force\n/,
  );
  expect(await said(() => runEditPolicy(file, { ...text, reason: 'billed elsewhere' }))).toMatch(
    /^Version 1 of policy/,
  );
  // What the documentation shows is what is printed.
  const difference = await said(() => runDiffPolicy(text));
  expect(difference).toContain('policy: as configured → version 1\n');
  expect(page).toContain(`$ tallystick policy diff\n${difference}`);
  const shown = await said(() => runReplay({ ...text, policy: 'draft' }));
  expect(shown).toContain(`closes ${ORDERS} drifts`);
  expect(page).toContain(shown.slice(shown.indexOf('closes'), shown.indexOf('Quarantine')));
  const draft = await newest();
  await said(() => runPromote(draft, text));
  expect(await openDrifts()).toEqual({});
  expect(JSON.parse(await said(() => runPolicyHistory({ json: true })))).toMatchObject({
    items: [{ name: 'policy', version: 1, state: 'in force', reason: 'billed elsewhere' }],
  });
  await expect(said(() => runEditPolicy('/nonexistent', text))).rejects.toThrow(/nonexistent/);
  const wrong = await cli.file(
    'wrong.yaml',
    'detectors: { invoice-price-mismatch: { toleranceMinor: -1 } }\nfeeds: { oro: {} }\n',
  );
  await expect(said(() => runEditPolicy(wrong, text))).rejects.toBeInstanceOf(DocumentRefused);
  const elsewhere = await cli.file('elsewhere.yaml', 'scopes: [{ match: { source: oro }, owner: ada }]\n');
  await expect(said(() => runReplay({ ...text, policy: elsewhere }))).rejects.toThrow(
    /elsewhere\.yaml: scopes\[0\]\.match\.source: no source is named oro; there are: prima, scend/,
  );
});
