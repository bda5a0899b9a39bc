/** Every command of the source pages, run by a shell against a service as a reader would. */
import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Runtime, openRuntime } from '../../src/cli/runtime';
import { type Service, startService } from '../../src/cli/service';
import { type CommandLine, commandLine } from '../support/command-line';
import { needs } from '../support/needs';

const FOLDER = path.join(__dirname, '../../docs/reference/sources');
const secrets = {
  SCEND_WEBHOOK_SECRET: 'what both sides know',
  MIDDLEWARE_WEBHOOK_SECRET: `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`,
};
const ANSWERS: Record<string, RegExp[]> = {
  'custom.md': [/^\{"name":"erp",/, /^\{"recorded":1,"duplicates":0,/],
  // The second is the same message, signed.
  'middleware.md': [/^\{"recorded":1,"duplicates":0,/, /^\{"recorded":0,"duplicates":1,/],
  'prima.md': [/^\{"recorded":1,"duplicates":0,/],
  'scend.md': [/^\{"recorded":1,"duplicates":0,/, /^\{"recorded":0,"duplicates":1,/],
};
const tools = ['curl', 'openssl', 'bash'].every((tool) => spawnSync(tool, ['--help']).error === undefined);

const textOf = (page: string) => readFileSync(path.join(FOLDER, page), 'utf8');
/** The settings that a page shows. */
const settingsOf = (page: string) => /^sources:\n(.*?)^kafka:/ms.exec(textOf(page))?.[1] ?? '';

let cli: CommandLine;
let runtime: Runtime;
let service: Service;
beforeAll(async () => {
  Object.assign(process.env, secrets, { PORT: '0' });
  cli = await commandLine(`sources:\n${['prima.md', 'scend.md', 'middleware.md'].map(settingsOf).join('')}`);
  runtime = await openRuntime({ mode: 'owner' });
  service = await startService(runtime);
});
afterAll(async () => {
  await service.stop();
  await runtime.close();
  await cli.close();
  for (const name of ['PORT', ...Object.keys(secrets)]) Reflect.deleteProperty(process.env, name);
});

async function run(script: string): Promise<string> {
  const text = script.replaceAll('http://127.0.0.1:7420', service.url);
  const { stdout } = await promisify(execFile)('bash', ['-c', text], { env: { ...process.env, ...secrets } });
  return stdout;
}

it('knows the answers of every page', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(ANSWERS));
});

describe.each(Object.entries(ANSWERS))('%s', (page, expected) => {
  needs(tools, 'bash, curl and openssl')('has commands that work', async () => {
    const scripts = [...textOf(page).matchAll(/^```sh\n(.*?)^```$/gms)];
    expect(scripts).toHaveLength(expected.length);
    for (const [index, [, script = '']] of scripts.entries())
      expect(await run(script)).toMatch(expected[index]!);
  });
});

it('shows messages that are understood', async () => {
  const { position } = await runtime.ledger.head();
  const url = `${service.url}/v1/drifts?status=open&minPosition=${position}`;
  const { items } = (await (await fetch(url)).json()) as { items: { detector: string }[] };
  expect(items.filter(({ detector }) => detector.startsWith('message-'))).toEqual([]);
});
