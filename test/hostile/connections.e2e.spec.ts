/** Connections that say little, slowly, and without a key, or that speak no HTTP at all. */
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { canaries, sing } from '../site/canaries';
import { type Site, startSite } from '../site/site';
import { unsound } from '../site/sound';
import { type TestDatabase, freshDatabase } from '../support/postgres';

const CONNECTIONS = 1_000;

let database: TestDatabase;
let site: Site;

beforeAll(async () => {
  database = await freshDatabase();
  site = await startSite({ databaseUrl: database.url });
});
afterAll(async () => {
  await site.stop();
  await database.drop();
});

interface Said {
  socket: Socket;
  /** All that came until the other side closed. */
  text: Promise<string>;
}

async function say(bytes: string): Promise<Said> {
  const { hostname, port } = new URL(site.door.url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  // Cut off is closed, too.
  socket.on('error', () => undefined);
  const text = once(socket, 'close').then(() => Buffer.concat(chunks).toString());
  await once(socket, 'connect');
  socket.write(bytes);
  return { socket, text };
}

/** The status and the problem of an answer as it came. */
function told(text: string): [status: number, problem: unknown] {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return [
    Number(head.split(' ')[1]),
    head.toLowerCase().includes('application/problem+json') ? JSON.parse(body) : body,
  ];
}

it('a thousand connections that begin a body without a key are answered before it has come, and keep nobody out', async () => {
  const flown = canaries(1);
  const head =
    'POST /v1/sources/scend/facts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n';
  const slow = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => say(`${head}Content-Length: 1000000\r\n\r\n{`)),
  );
  await sing(site.door, flown);
  expect(await unsound(site, [flown])).toEqual([]);
  const answers = await Promise.all(slow.map(({ text }) => text));
  const codes = answers.map((text) => [told(text)[0], (told(text)[1] as { code?: string }).code]);
  expect(codes.filter(([status, code]) => status !== 401 || code !== 'key-required')).toEqual([]);
});

it('a thousand connections that never end their headers keep nobody out', async () => {
  const flown = canaries(2);
  const slow = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => say('GET /v1/drifts HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')),
  );
  await sing(site.door, flown);
  expect(await unsound(site, [flown])).toEqual([]);
  for (const { socket } of slow) socket.destroy();
});

it.each([
  ['no request line', 'HELO there\r\n\r\n', 400, 'request-malformed'],
  [
    'two lengths',
    'POST /v1/replays HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
    400,
    'request-malformed',
  ],
  [
    'headers without end',
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    431,
    'headers-too-large',
  ],
  [
    'an expectation that nobody knows',
    'GET /health/live HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nConnection: close\r\n\r\n',
    417,
    'expectation-failed',
  ],
])('%s is answered with a problem', async (_name, bytes, status, code) => {
  const { text } = await say(bytes);
  expect(told(await text)).toEqual([
    status,
    expect.objectContaining({ status, code, type: `urn:tallystick:problem:${code}` }),
  ]);
});
