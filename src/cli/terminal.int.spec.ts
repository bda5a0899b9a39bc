import path from 'node:path';
import { type CommandLine, commandLine, printed } from '../../test/support/command-line';
import { runClusters } from './clusters';
import { runDrifts } from './drifts';
import { runDiff, runList } from './generations';
import { runImportStatus, runBeginImport } from './import';
import { runIngest } from './ingest';
import { runEditMapping, runMappingHistory, runShowMapping } from './mapping';
import { runReplay } from './replay';
import { runTrail } from './trail';

const HOSTILE = path.resolve(__dirname, '../../test/hostile/terminal-and-cells.scend.ndjson');
const EVIL = '\u001b]0;owned\u0007\u009b31m\u202e=1';
/** What may reach a terminal: no control but the ends of lines, nothing that turns the direction of writing. */
const HARMLESS = /^(?:\n|\r\n|[^\p{Cc}\p{Bidi_Control}])*$/u;

let line: CommandLine;

beforeAll(async () => {
  line = await commandLine('sources:\n  - { name: scend, kind: scend, timeZone: UTC, legalEntity: ACME }\n');
  await printed(() => runIngest({ source: 'scend', file: HOSTILE, json: false }));
  const policy = await line.file('p.yaml', 'policy: { detectors: { order-rejected: { enabled: false } } }\n');
  await printed(() => runReplay({ json: false }));
  await printed(() => runReplay({ json: false, policy, reason: EVIL }));
  await printed(() => runBeginImport({ json: false, reason: EVIL }));
  const alias = JSON.stringify([{ source: 'scend', from: 'A\u202e1', to: 'B' }]);
  await printed(async () =>
    runEditMapping('sku-aliases', await line.file('aliases.json', alias), { json: false, reason: EVIL }),
  );
});
afterAll(() => line.close());

it.each<[string, (json: boolean) => Promise<unknown>, string]>([
  ['drifts', (json) => runDrifts({ json }), 'order-rejected'],
  ['clusters', (json) => runClusters({ json }), 'order-rejected'],
  ['trail', (json) => runTrail('SO-T1', { json }), 'order.rejected'],
  ['generations list', (json) => runList({ json }), 'owned'],
  ['import status', (json) => runImportStatus({ json }), 'Import 1'],
  ['mapping history', (json) => runMappingHistory(undefined, { json }), 'owned'],
  ['mapping show', (json) => runShowMapping('sku-aliases', { json, draft: true }), 'sku-aliases'],
])('%s lets nothing act on the terminal, as a table and as JSON', async (_, command, has) => {
  const table = await printed(() => command(false));
  expect(table.out).toContain(has);
  expect(table.out).toMatch(HARMLESS);
  const json = await printed(() => command(true));
  expect(json.out).toMatch(HARMLESS);
  expect(JSON.parse(json.out)).toBeInstanceOf(Object);
});

it('shows in JSON what was said, to the character', async () => {
  const { out } = await printed(() => runList({ json: true }));
  expect((JSON.parse(out) as { items: { reason: string }[] }).items[0]?.reason).toBe(EVIL);
});

it('shows a mapping as YAML that is read again as what it was', async () => {
  const { out } = await printed(() => runShowMapping('sku-aliases', { json: false, draft: true }));
  const again = await line.file('again.yaml', out);
  const edited = await printed(() => runEditMapping('sku-aliases', again, { json: false }));
  expect(edited.out).toContain('says so already');
});

it('a CSV quotes every text', async () => {
  const list = JSON.parse((await printed(() => runList({ json: true }))).out) as { items: { id: number }[] };
  const id = String(list.items[0]?.id);
  const { out } = await printed(() =>
    runDiff(id, { json: false, csv: true, ndjson: false, section: 'drifts' }),
  );
  expect(out).toMatch(HARMLESS);
  expect(out).toContain('"closed","order-rejected","order:SO-T1"');
  for (const cell of out
    .trimEnd()
    .split('\r\n')
    .flatMap((row) => row.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)))
    expect(cell).toMatch(/^(?:-?\d+|true|false|"(?:[^"]|"")*")?$/);
});

it('says no more in an error', async () => {
  const { err } = await printed(() => runTrail(EVIL, { json: false }));
  expect(err).toContain('owned');
  expect(err).toMatch(HARMLESS);
});
