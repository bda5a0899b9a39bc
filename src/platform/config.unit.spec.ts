import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { ConfigError, loadConfig } from './config';
import { createLogger } from './logging';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tallystick-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function given(file: string | undefined, env: Record<string, string> = {}, name = 'tallystick.yaml') {
  if (file !== undefined) writeFileSync(path.join(folder, name), file);
  return () => loadConfig(env, folder);
}

function problemsOf(load: () => unknown): string[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const scend = `
  - name: scend-uk
    kind: scend
    timeZone: Europe/London
    legalEntity: UK01`;
const key = `
  - { name: finance, role: reader, sha256: ${'a'.repeat(64)} }`;

describe('loadConfig', () => {
  it('serves on loopback, from the folder it is started in, when nothing is said', () => {
    const config = given(undefined)();
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 7420,
      dataDir: path.join(folder, '.tallystick'),
      databaseUrl: null,
      configFile: null,
      roles: ['api', 'ingest', 'projector', 'reactions'],
      logLevel: 'info',
      sources: [],
      keys: [],
    });
  });

  it('takes an empty variable as not set', () => {
    expect(given(undefined, { PORT: '', DATABASE_URL: '' })()).toMatchObject({
      port: 7420,
      databaseUrl: null,
    });
  });

  it('reads sources, keys and policy from YAML', () => {
    const config = given(
      `sources:${scend}\n    startsAt: 2026-11-01T00:00:00+01:00\nkeys:${key}\npolicy: { feeds: {} }`,
    )();
    expect(config.sources).toEqual([
      {
        name: 'scend-uk',
        kind: 'scend',
        timeZone: 'Europe/London',
        legalEntity: 'UK01',
        startsAt: Date.UTC(2026, 9, 31, 23),
        secrets: { webhook: null },
        expectedIntervalSeconds: null,
      },
    ]);
    expect(config.keys).toEqual([{ name: 'finance', role: 'reader', sha256: 'a'.repeat(64), sources: null }]);
    expect(config.policy).toEqual({ feeds: {} });
  });

  it('reads the same from JSON', () => {
    const source = { name: 'p', kind: 'prima', timeZone: 'UTC', legalEntity: 'UK01' };
    const config = given(JSON.stringify({ sources: [source] }), {}, 'tallystick.json')();
    expect(config.sources[0]).toMatchObject(source);
  });

  it('is frozen to its leaves', () => {
    const config = given(`sources:${scend}`)();
    expect(Object.isFrozen(config.sources[0]?.secrets)).toBe(true);
    expect(Object.isFrozen(config.slack)).toBe(true);
  });

  it.each([
    [`sources:${scend.replace('London', 'Londn')}`, 'sources[0].timeZone: is no IANA time zone'],
    [`sources:${scend}${scend}`, 'sources[1].name: is used twice'],
    [
      `sources:${scend}\n    timezone: UTC`,
      'line 2: sources[0]: unknown field timezone (did you mean timeZone?)',
    ],
    [`sources:${scend}\n    startsAt: yesterday`, 'sources[0].startsAt: must be a time with its offset'],
    [
      `sources:${scend}\n    secrets: { webhook: { env: NOT_SET } }`,
      'sources[0].secrets.webhook: the environment variable NOT_SET is not set',
    ],
    [
      `keys:${key.replace('a'.repeat(64), 'plain-token')}`,
      'keys[0].sha256: must be the SHA-256 of the token',
    ],
    [
      `keys:${key.replace('a'.repeat(64), '{ env: NOT_SET }')}`,
      'keys[0].sha256: the environment variable NOT_SET is not set',
    ],
    [
      `keys:${key.replace(`sha256: ${'a'.repeat(64)}`, '')}`,
      'keys[0].sha256: the SHA-256 of the token is required',
    ],
    [`keys:${key.replace('reader', 'root')}`, 'keys[0].role: must be one of reader, ingest, operator, admin'],
    ['sources:\n  - name: [', 'line 2, column 12'],
    ['source: []', 'unknown field source (did you mean sources?)'],
  ])('names the place and the remedy: %#', (file, expected) => {
    const problems = problemsOf(given(file));
    expect(problems).toEqual([expect.stringContaining(expected)]);
    // Of a field that is unknown at the top there is no line.
    expect(problems[0]).toMatch(/^tallystick\.yaml: (line \d|unknown field)/);
  });

  it.each([
    [{ PORT: '70000' }, 'environment: PORT: must be a port number'],
    [{ PUBLIC_URL: 'tally.example.com' }, 'environment: PUBLIC_URL: must be a URL such as https://'],
    [{ PUBLIC_URL: 'ftp://tally.example.com' }, 'environment: PUBLIC_URL: must be a URL such as https://'],
    [{ PUBLIC_URL: 'https://me:x@tally' }, 'environment: PUBLIC_URL: must have neither an account'],
    [{ PUBLIC_URL: 'https://tally/?a=b' }, 'environment: PUBLIC_URL: must have neither an account'],
    [{ LOG_LEVEL: 'loud' }, 'environment: LOG_LEVEL: must be one of'],
    [{ ROLE: 'api,cook' }, 'environment: ROLE[1]: must be all, or some of'],
    [{ TALLYSTICK_CONFIG: 'nowhere.yaml' }, 'nowhere.yaml: cannot be read (ENOENT)'],
  ])('names the variable and the remedy: %j', (env, expected) => {
    expect(problemsOf(given(undefined, env))).toEqual([expect.stringContaining(expected)]);
  });

  it('takes the digest of a token from the environment, and nothing else from there', () => {
    const file = `keys:${key.replace('a'.repeat(64), '{ env: FINANCE }')}`;
    const [finance] = given(file, { FINANCE: 'b'.repeat(64) })().keys;
    expect(finance).toMatchObject({ name: 'finance', sha256: 'b'.repeat(64) });
    expect(problemsOf(given(file, { FINANCE: 'the token' }))).toEqual([
      expect.stringContaining('keys[0].sha256: must be the SHA-256 of the token'),
    ]);
  });

  it('is found where PUBLIC_URL says, and where it listens otherwise', () => {
    const url = (said: string) => given(undefined, { PUBLIC_URL: said })().publicUrl;
    expect([url(''), url('https://tally.example.com/'), url('http://tally.example.com:81/drift')]).toEqual([
      null,
      'https://tally.example.com',
      'http://tally.example.com:81/drift',
    ]);
  });

  it('names every wrong place at once, of the environment and of the file', () => {
    const both = given('sorces: []', { PORT: 'x', DATABASE_URL: 'postgres://me:12#hunter2@db/tally' });
    expect(problemsOf(both)).toEqual([
      expect.stringContaining('environment: PORT: '),
      expect.stringContaining('environment: DATABASE_URL: must have no #; write %23'),
      expect.stringContaining('tallystick.yaml: unknown field sorces (did you mean sources?)'),
    ]);
  });

  it('never repeats a wrong secret', () => {
    const [problem] = problemsOf(given(undefined, { DATABASE_URL: 'mysql://me:hunter2@host/db' }));
    expect(problem).toContain('environment: DATABASE_URL: must be a URL such as postgres://');
    expect(problem).not.toContain('hunter2');
  });

  it('refuses to listen beyond loopback without keys, and listens with them', () => {
    expect(problemsOf(given(undefined, { HOST: '0.0.0.0' }))).toEqual([
      expect.stringContaining('no keys are configured'),
    ]);
    expect(given(`keys:${key}`, { HOST: '0.0.0.0' })().host).toBe('0.0.0.0');
  });
});

describe('secrets', () => {
  const env = {
    DATABASE_URL: 'postgres://me:hunter2@db/tally',
    SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/hunter2',
    SCEND_SECRET: 'hunter2',
  };

  const signing = `whsec_${Buffer.from('hunter2'.repeat(4)).toString('base64')}`;

  function load() {
    return given(
      `sources:${scend}\n    secrets: { webhook: { env: SCEND_SECRET } }${scend.replace('scend-uk', 'b')}\n    secrets: { webhook: hunter2 }\nalerts: { webhook: { url: 'https://example.com/hunter2', secret: ${signing} } }`,
      env,
    )();
  }

  it('are there for those who ask', () => {
    const config = load();
    expect(config.databaseUrl?.reveal()).toBe(env.DATABASE_URL);
    expect(config.sources.map((source) => source.secrets.webhook?.reveal())).toEqual(['hunter2', 'hunter2']);
  });

  it('never serialise', () => {
    const config = load();
    const lines: string[] = [];
    createLogger('info', { write: (line) => void lines.push(line) }).info({ config }, 'starting');
    const shown = [
      JSON.stringify(config),
      inspect(config, { depth: 10, showHidden: true }),
      String(config.databaseUrl),
      JSON.stringify(Object.entries(config.databaseUrl ?? {})),
      ...lines,
    ].join('\n');
    expect(shown).toContain('[secret]');
    expect(shown).not.toContain('hunter2');
  });
});
