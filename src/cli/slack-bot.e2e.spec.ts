/** A whole service whose alerts go to Slack as threads, and to a machine. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CommandLine, commandLine, said } from '../../test/support/command-line';
import { type SlackApiDouble, slackApi, slackToken } from '../../test/support/slack-api';
import { settled } from '../../test/support/settled';
import { customer, hour, item, received, rejected, salesOrder, synchronised } from '../../test/api/story';
import { runDigest } from './digest';
import { type Runtime, openRuntime } from './runtime';
import { type Service, startService } from './service';

const SECRET = `whsec_${Buffer.alloc(24).toString('base64')}`;
const events: { type: string }[] = [];
const machine = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    events.push(JSON.parse(Buffer.concat(chunks).toString()) as { type: string });
    response.writeHead(204).end();
  });
});
let cli: CommandLine;
let slack: SlackApiDouble;
let runtime: Runtime;
let service: Service;

beforeAll(async () => {
  slack = await slackApi(['C0001', 'C0002']);
  await new Promise<void>((resolve) => machine.listen(0, '127.0.0.1', resolve));
  const { port } = machine.address() as AddressInfo;
  const now = new Date().toISOString().slice(11, 16);
  cli = await commandLine(`
alerts:
  digest: { at: "${now}", timeZone: UTC }
  routes: [{ detectors: [message-unmapped], channel: C0002 }]
  webhook: { url: "http://127.0.0.1:${port}/in", secret: "${SECRET}" }
sources:
  - { name: prima, kind: prima, timeZone: UTC, legalEntity: ACME }
  - { name: scend, kind: scend, timeZone: UTC, legalEntity: ACME }`);
  const settings = {
    SLACK_BOT_TOKEN: slackToken,
    SLACK_CHANNEL: 'C0001',
    SLACK_API_URL: slack.url,
    PORT: '0',
  };
  Object.assign(process.env, settings);
  runtime = await openRuntime({ mode: 'owner' });
  service = await startService(runtime);
});
afterAll(async () => {
  await service.stop();
  await runtime.close();
  await cli.close();
  await slack.close();
  machine.closeAllConnections();
  await new Promise((resolve) => machine.close(resolve));
  for (const name of ['SLACK_BOT_TOKEN', 'SLACK_CHANNEL', 'SLACK_API_URL', 'PORT'])
    Reflect.deleteProperty(process.env, name);
});

async function tell(source: string, ...messages: object[]): Promise<void> {
  const answer = await fetch(`${service.url}/v1/sources/${source}/facts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(messages),
  });
  expect(answer.status).toBe(202);
}

const about = (detector: string) => slack.threads().filter(({ text }) => text.includes(`*${detector}`));

/** How often a reply in the only thread of that detector names the order: when it began, and when it ended. */
function repliesAbout(order: string): { opened: number; resolved: number } {
  const [thread] = about('order-rejected');
  const named = (thread?.replies ?? []).filter((reply) => reply.includes(`:${order}`));
  const resolved = named.filter((reply) => reply.startsWith('Resolved')).length;
  return { opened: named.length - resolved, resolved };
}

// Both orders are told in one reply or in two, as the service comes to them.
it('has one thread for a cause, and its first message says how it stands', async () => {
  await tell('prima', item('BAG-1'), customer(), salesOrder('SO1'), salesOrder('SO2'));
  await tell('scend', synchronised('BAG-1'), rejected('SO1'), rejected('SO2'));
  await settled(() => Promise.resolve(about('order-rejected')[0]?.text.startsWith('2 × ') ?? false));
  await settled(() => Promise.resolve(['SC-1', 'SC-2'].every((order) => repliesAbout(order).opened > 0)));
  await tell('scend', received('SO1', hour(2)), received('SO2', hour(2)));
  await settled(() => Promise.resolve(about('order-rejected')[0]?.text.includes('Resolved') ?? false));
  await settled(() => Promise.resolve(['SC-1', 'SC-2'].every((order) => repliesAbout(order).resolved > 0)));
  expect(about('order-rejected')).toMatchObject([{ channel: 'C0001' }]);
  for (const order of ['SC-1', 'SC-2']) expect(repliesAbout(order)).toEqual({ opened: 1, resolved: 1 });
});

it('goes where a route says', async () => {
  await tell('prima', { ...item('BAG-2'), documentType: 'Horse' });
  await settled(() => Promise.resolve(about('message-unmapped').length > 0));
  expect(about('message-unmapped')[0]?.channel).toBe('C0002');
});

it('tells the day, there and on the command line', async () => {
  await settled(() => Promise.resolve(about('Digest').length > 0));
  expect(about('Digest')).toHaveLength(1);
  const text = await said(() => runDigest({ json: false }));
  expect(text).toMatch(/^As of .* open, .* new and .* resolved within a day/);
  expect(text).toContain('stock does not differ');
});

it('tells a machine each by itself', async () => {
  const count = (type: string) => events.filter((event) => event.type === `com.tallystick.${type}`).length;
  await settled(() => Promise.resolve(count('digest') > 0 && count('drift.resolved') > 1));
  expect(count('drift.opened')).toBeGreaterThanOrEqual(2);
});
