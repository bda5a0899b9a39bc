import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Client } from 'pg';
import { needs } from '../../../test/support/needs';
import { hasPgBouncer, startPgBouncer } from '../../../test/support/pgbouncer';
import { type TestDatabase, freshDatabase } from '../../../test/support/postgres';
import { checkDatabase } from './check-url';
import { keepsSessions } from './session';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

function changed(change: (url: URL) => void): string {
  const url = new URL(database.url);
  change(url);
  return url.href;
}

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('DATABASE_URL', () => {
  it('that leads to PostgreSQL is taken', async () => {
    await expect(checkDatabase(database.url)).resolves.toBeUndefined();
  });

  it.each<[string, RegExp, (url: URL) => void | Promise<void>]>([
    [
      'nothing listens',
      /nothing listens at 127\.0\.0\.1:\d+/,
      async (url) => void (url.port = String(await closedPort())),
    ],
    [
      'no such host',
      /the host of nowhere\.invalid:\d+ (is not known|cannot be looked up)/,
      (url) => void (url.hostname = 'nowhere.invalid'),
    ],
    ['another password', /refuses the password of user tallystick/, (url) => void (url.password = 'hunter2')],
    ['no password', /asks user tallystick for a password/, (url) => void (url.password = '')],
    [
      'no such database',
      /there is no database nothing at .*createdb nothing/,
      (url) => void (url.pathname = '/nothing'),
    ],
  ])('%s: is named, with what to do, and never its password', async (_name, said, change) => {
    const url = new URL(database.url);
    await change(url);
    const error = await checkDatabase(url.href).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ConfigError', message: expect.stringMatching(said) as unknown });
    expect((error as Error).message).toMatch(/^environment: DATABASE_URL: /);
    expect((error as Error).message).not.toContain('hunter2');
  });

  it('what listens there and is no PostgreSQL is told', async () => {
    const web = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(web, 'listening');
    const { port } = web.address() as AddressInfo;
    try {
      const error = checkDatabase(changed((url) => (url.port = String(port))));
      await expect(error).rejects.toThrow(/^environment: DATABASE_URL: .*:\d+/);
    } finally {
      web.close();
    }
  });
});

const pooled = needs(hasPgBouncer, 'PgBouncer: apt-get install pgbouncer');
const remedy = /^environment: DATABASE_URL: a connection pooler at .* give the address of PostgreSQL itself/;

describe('a connection pooler', () => {
  const refused = [
    ['transaction', 'extra_float_digits', /refuses the settings/],
    ['transaction', 'statement_timeout,options', /drops the settings/],
    ['session', 'statement_timeout,options', /drops the settings/],
  ] as const;
  for (const [mode, ignored, said] of refused)
    pooled(`in ${mode} mode that ignores ${ignored} is refused in words`, async () => {
      const bouncer = await startPgBouncer(database.url, mode, ignored);
      try {
        const error = await checkDatabase(bouncer.url).catch((thrown: unknown) => (thrown as Error).message);
        expect(error).toMatch(remedy);
        expect(error).toMatch(said);
        expect(error).not.toContain('hunter2');
      } finally {
        await bouncer.stop();
      }
    });

  const keeps = [
    ['transaction', false],
    ['session', true],
  ] as const;
  for (const [mode, kept] of keeps)
    pooled(`in ${mode} mode keeps the session of a connection: ${kept}`, async () => {
      const bouncer = await startPgBouncer(database.url, mode);
      const another = () => new Client({ connectionString: bouncer.url });
      const client = another();
      try {
        await client.connect();
        expect(await keepsSessions(client, another)).toBe(kept);
      } finally {
        await client.end();
        await bouncer.stop();
      }
    });
});
