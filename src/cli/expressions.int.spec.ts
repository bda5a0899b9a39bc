/** The worked example of docs/custom-sources.md: a wrong expression of a custom source, corrected by a draft. */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { type CommandLine, commandLine, said } from '../../test/support/command-line';
import { runPromote } from './generations';
import { runIngest } from './ingest';
import { runEditMapping, runMappingHistory } from './mapping';
import { runReplay } from './replay';

const EXAMPLE = path.join(__dirname, '../../examples/custom-erp');
const text = { json: false };

/** As somebody wrote it who thought that ERPNext calls a quantity a quantity. */
async function wrongMapping(): Promise<object> {
  const mapping = JSON.parse(await readFile(path.join(EXAMPLE, 'mapping.json'), 'utf8')) as {
    types: Record<string, { facts: string[] }>;
  };
  const invoice = mapping.types['Sales Invoice'];
  if (!invoice) throw new Error('the example has invoices');
  invoice.facts = invoice.facts.map((line) => line.replace("'quantity': qty", "'quantity': quantity"));
  return mapping;
}

let cli: CommandLine;

beforeAll(async () => {
  const source = {
    name: 'erp',
    kind: 'custom',
    timeZone: 'Asia/Kolkata',
    legalEntity: 'ACME',
    mapping: await wrongMapping(),
  };
  cli = await commandLine(JSON.stringify({ sources: [source] }));
  for (const name of (await readdir(path.join(EXAMPLE, 'messages'))).sort()) {
    const message = JSON.parse(await readFile(path.join(EXAMPLE, 'messages', name), 'utf8')) as unknown;
    const file = await cli.file(name, JSON.stringify(message));
    await said(() => runIngest({ source: 'erp', file, ...text }));
  }
  await said(() => runReplay(text));
});
afterAll(() => cli.close());

async function open(): Promise<string[]> {
  const { rows } = await cli.database.pool.query<{ detector: string; cause: string }>(
    `SELECT detector, cause FROM live.drifts WHERE status = 'open' ORDER BY 1`,
  );
  return rows.map(({ detector, cause }) => `${detector}: ${cause}`);
}

it('a wrong expression is drafted anew, compared, put in force, and in the history', async () => {
  expect(await open()).toEqual(['message-invalid: schema']);
  const page = await readFile(path.join(__dirname, '../../docs/custom-sources.md'), 'utf8');
  const written = /^\$ cat expressions\.yaml\n([^]*?)^\$ /m.exec(page)?.[1] ?? '';
  const file = await cli.file('expressions.yaml', written);
  const drafted = await said(() =>
    runEditMapping('expressions', file, { ...text, reason: 'ERPNext calls it qty' }),
  );
  expect(drafted).toMatch(/^Version 1 of expressions is drafted/);
  const shown = await said(() => runReplay({ ...text, mapping: 'draft' }));
  expect(page).toContain(shown.slice(shown.indexOf('closes'), shown.indexOf('\n\n  tallystick')));
  expect(await open()).toEqual(['message-invalid: schema']);
  const id = /Generation (\d+) is ready/.exec(shown)?.[1] ?? '';
  await said(() => runPromote(id, text));
  expect(await open()).toEqual(['invoice-price-mismatch: unit-price']);
  expect(await said(() => runMappingHistory('expressions', text))).toMatch(
    /expressions\s+1\s+in force\s+\S+\s+local:unverified\s+\d+\s+ERPNext calls it qty\n/,
  );
});

it('one that does not compile is refused with source, type, line and character, and nothing is drafted', async () => {
  const facts = ['{', "  'type': 'invoice',,", '}'];
  const file = await cli.file(
    'broken.yaml',
    JSON.stringify([{ source: 'erp', types: { 'Sales Invoice': { facts } } }]),
  );
  await expect(runEditMapping('expressions', file, text)).rejects.toThrow(
    /expressions\[0\]\.types\.Sales Invoice\.facts: .*\(line 2, character \d+\), of erp/,
  );
});
