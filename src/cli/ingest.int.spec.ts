import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { freshDatabase, type TestDatabase } from '../../test/support/postgres';
import { runIngest } from './ingest';

const event = (id: number) =>
  `{"event_id":"evt-${id}","event_type":"order.cancelled","occurred_at":"2026-11-20T10:50:00Z"}`;

let database: TestDatabase;
let folder: string;
const variables = ['DATABASE_URL', 'TALLYSTICK_CONFIG', 'TALLYSTICK_DATA_DIR', 'LOG_LEVEL'] as const;
const before = Object.fromEntries(variables.map((name) => [name, process.env[name]]));

beforeAll(async () => {
  database = await freshDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'tallystick-cli-'));
  const config = path.join(folder, 'tallystick.yaml');
  await writeFile(config, 'sources: [{ name: scend, kind: scend, timeZone: UTC, legalEntity: ACME }]\n');
  Object.assign(process.env, {
    DATABASE_URL: database.url,
    TALLYSTICK_CONFIG: config,
    TALLYSTICK_DATA_DIR: path.join(folder, 'data'),
    LOG_LEVEL: 'silent',
  });
});
afterAll(async () => {
  for (const name of variables) {
    if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = before[name];
  }
  await database.drop();
  await rm(folder, { recursive: true });
});

async function run(
  name: string,
  content: string | Buffer,
  options: { source?: string; json?: boolean } = {},
) {
  const file = path.join(folder, name);
  await writeFile(file, content);
  const out: string[] = [];
  const capture = jest
    .spyOn(process.stdout, 'write')
    .mockImplementation((text) => Boolean(out.push(String(text))));
  const silence = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const whole = await runIngest({ source: options.source ?? 'scend', file, json: options.json ?? false });
    return { whole, out: out.join('') };
  } finally {
    capture.mockRestore();
    silence.mockRestore();
  }
}

it('imports a file, and says what it did', async () => {
  const lines = `${event(1)}\n${event(2)}\nbroken\n`;
  const first = await run('a.ndjson', lines);
  expect(first.whole).toBe(true);
  expect(first.out).toMatch(/^3 facts recorded, 0 were there already; position \d+; /);
  expect(first.out).toMatch(/1 messages could not be read/);
  const again = await run('a.ndjson.gz', gzipSync(`${lines}${event(3)}`), { json: true });
  expect(JSON.parse(again.out)).toMatchObject({
    source: 'scend',
    recorded: 1,
    duplicates: 3,
    unreadable: 1,
    stopped: null,
  });
});

it('says where it had to stop, and what came before stays', async () => {
  const stopped = await run('b.json', `[${event(4)},\n${event(5)} 7]`, { json: true });
  expect(stopped.whole).toBe(false);
  expect(JSON.parse(stopped.out)).toMatchObject({ recorded: 2, stopped: { code: 'json-invalid', line: 2 } });
});

it('names the sources there are, and a file that is not there', async () => {
  await expect(run('c.ndjson', event(6), { source: 'sap' })).rejects.toThrow(
    'There is no source "sap". Known: scend.',
  );
  await expect(runIngest({ source: 'scend', file: path.join(folder, 'none'), json: false })).rejects.toThrow(
    'ENOENT',
  );
});
