/** One request, followed from its header to the alert that it has led to. */
import { type CommandLine, commandLine } from '../../test/support/command-line';
import { type FakeSlack, fakeSlack, ok } from '../../test/support/slack';
import { customer, item, rejected, salesOrder, synchronised } from '../../test/api/story';
import { settled } from '../../test/support/settled';
import { type Runtime, openRuntime } from './runtime';
import { type Service, startService } from './service';

const ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const REJECTED = rejected('SO1');
const HEADER = `00-${ID}-00f067aa0ba902b7-01`;

let cli: CommandLine;
let slack: FakeSlack;
let runtime: Runtime;
let service: Service;

beforeAll(async () => {
  slack = await fakeSlack(ok);
  cli = await commandLine(`
alerts: { digest: null }
sources:
  - { name: prima, kind: prima, timeZone: UTC, legalEntity: ACME }
  - { name: scend, kind: scend, timeZone: UTC, legalEntity: ACME }`);
  process.env['PORT'] = '0';
  process.env['SLACK_WEBHOOK_URL'] = slack.url;
  runtime = await openRuntime({ mode: 'owner' });
  service = await startService(runtime);
});
afterAll(async () => {
  await service.stop();
  await runtime.close();
  await cli.close();
  await slack.close();
  delete process.env['PORT'];
  delete process.env['SLACK_WEBHOOK_URL'];
});

async function tell(source: string, messages: object[], headers: Record<string, string> = {}) {
  const answer = await fetch(`${service.url}/v1/sources/${source}/facts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(messages),
  });
  expect(answer.status).toBe(202);
  const { position } = (await answer.json()) as { position: number };
  return { position, traceparent: answer.headers.get('traceparent') ?? '' };
}

async function get(path: string): Promise<Record<string, unknown>> {
  return (await fetch(`${service.url}${path}`)).json() as Promise<Record<string, unknown>>;
}

it('leads from the request over its facts and the drift to the alert', async () => {
  const before = await tell('prima', [item('BAG-1'), customer(), salesOrder('SO1')]);
  expect(before.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  const told = await tell('scend', [synchronised('BAG-1'), REJECTED], { traceparent: HEADER });
  expect(told.traceparent).toMatch(new RegExp(`^00-${ID}-[0-9a-f]{16}-01$`));
  expect(told.traceparent).not.toBe(HEADER);

  await settled(async () => (await get(`/v1/ledger/facts/${told.position}`)).trace === ID);
  expect((await get(`/v1/ledger/facts/${before.position}`)).trace).toBe(before.traceparent.slice(3, 35));
  const { rows } = await runtime.pool.query(
    'SELECT last_position - first_position + 1 AS facts FROM app.traces',
  );
  expect(rows).toEqual([{ facts: 3 }, { facts: 2 }]);

  const { items } = await get(`/v1/drifts?detector=order-rejected&minPosition=${told.position}`);
  const [found] = items as { id: string }[];
  const drift = await get(`/v1/drifts/${found?.id}`);
  expect(drift.trace).toBe(ID);
  const facts = drift.facts as { position: number; trace: string | null }[];
  expect(facts).toContainEqual(expect.objectContaining({ position: told.position, trace: ID }));

  await settled(() => Promise.resolve(slack.texts.length > 0));
  expect(slack.texts[0]).toContain(`· trace ${ID}`);
  const alerts = (await get('/v1/alerts?kind=drift.opened')).items as { drift: string; trace: string }[];
  expect(alerts).toContainEqual(expect.objectContaining({ drift: found?.id, trace: ID }));
});

it('keeps the trace of the request that brought a fact first', async () => {
  const other = `00-${'a'.repeat(32)}-00f067aa0ba902b7-00`;
  const again = await tell('scend', [REJECTED], { traceparent: other });
  const next = await tell('scend', [synchronised('BAG-2')], { traceparent: other });
  await settled(async () => (await get(`/v1/ledger/facts/${next.position}`)).trace === 'a'.repeat(32));
  expect((await get(`/v1/ledger/facts/${again.position}`)).trace).toBe(ID);
});
