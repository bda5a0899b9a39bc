import { createHash } from 'node:crypto';
import path from 'node:path';
import { runDiff } from '../../src/cli/generations';
import { runIngest } from '../../src/cli/ingest';
import { runDrifts } from '../../src/cli/drifts';
import { type Runtime, openRuntime } from '../../src/cli/runtime';
import { type Service, startService } from '../../src/cli/service';
import { type CommandLine, commandLine, said } from '../support/command-line';
import { settled } from '../support/settled';
import { type FakeSlack, fakeSlack, ok } from '../support/slack';
import { fencesOf, pattern, stable, stepsOf } from './page';
import { master, trading, wrongAlias } from './world';

const README = path.join(__dirname, '../../README.md');
const KEYS = { ADA: 'ada', GRACE: 'grace' };
const hashed = (token: string) => createHash('sha256').update(token).digest('hex');

let cli: CommandLine;
let slack: FakeSlack;
let runtime: Runtime;
let service: Service;

beforeAll(async () => {
  slack = await fakeSlack(ok);
  process.env['SLACK_WEBHOOK_URL'] = slack.url;
  process.env['PORT'] = '0';
  cli = await commandLine(`alerts: { digest: null }
sources:
  - { name: prima, kind: prima, timeZone: UTC, legalEntity: ACME }
  - { name: scend, kind: scend, timeZone: UTC, legalEntity: ACME }
keys:
  - { name: ada, role: operator, sha256: ${hashed('ada')} }
  - { name: grace, role: operator, sha256: ${hashed('grace')} }
policy:
  promotion: { fourEyes: true }
`);
  runtime = await openRuntime({ mode: 'owner' });
  service = await startService(runtime);
  await ingest(master);
  const mapping = { 'sku-aliases': wrongAlias };
  const replay = await ask('POST', '/v1/replays', 'ada', JSON.stringify({ mapping, reason: 'in a hurry' }));
  await ready(idOf(replay));
  await ask('POST', `/v1/replays/${idOf(replay)}/promote`, 'grace');
  await ingest(trading);
  await told();
});

afterAll(async () => {
  await service.stop();
  await runtime.close();
  await cli.close();
  await slack.close();
  delete process.env['SLACK_WEBHOOK_URL'];
  delete process.env['PORT'];
});

async function ingest(messages: Record<string, object[]>): Promise<void> {
  for (const [source, some] of Object.entries(messages)) {
    const file = await cli.file(`${source}.json`, JSON.stringify(some));
    await said(() => runIngest({ source, file, json: false }));
  }
}

async function ask(method: string, url: string, key: string, body?: string): Promise<string> {
  const headers = {
    authorization: `Bearer ${key}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  return (await fetch(new URL(url, service.url), { method, headers, body })).text();
}

function idOf(replay: string): number {
  return (JSON.parse(replay) as { id: number }).id;
}

async function ready(id: number): Promise<void> {
  await settled(async () => !(await ask('GET', `/v1/replays/${id}`, 'ada')).includes('"status":"building"'));
}

/** All that is recorded is folded, and nothing waits for Slack any more. */
async function told(): Promise<void> {
  await settled(async () => {
    const { rows } = await cli.database.pool.query<{ done: boolean }>(
      `SELECT (SELECT position FROM live.checkpoint) = (SELECT position FROM ledger.head)
          AND NOT EXISTS (SELECT FROM app.outbox WHERE status = 'pending') AS done`,
    );
    return rows[0]?.done === true;
  });
}

/** What stands in the page, run as it stands there; `curl` and the shell are played by this. */
async function run(command: string): Promise<string> {
  const [program, ...words] = wordsOf(command);
  if (program === 'tallystick') return said(() => tallystick(words));
  if (program !== 'curl') throw new Error(`the page has a command that this test does not know: ${command}`);
  const value = (flag: string) => words[words.indexOf(flag) + 1];
  const key = KEYS[/"\$(ADA|GRACE)"/.exec(command)?.[1] as keyof typeof KEYS];
  const url = words.find((word) => word.startsWith('$TALLY'))?.replace('$TALLY', '') ?? '';
  const method = words.includes('-X') ? (value('-X') ?? '') : 'GET';
  const answer = await ask(method, url, key, words.includes('-d') ? value('-d') : undefined);
  if (method === 'POST' && url === '/v1/replays') await ready(idOf(answer));
  return answer;
}

async function tallystick(words: readonly string[]): Promise<unknown> {
  const [name, ...rest] = words;
  if (name === 'drifts' && rest[0] === '--limit') return runDrifts({ json: false, limit: rest[1] });
  if (name === 'generations' && rest[0] === 'diff')
    return runDiff(rest[1] ?? '', { json: false, csv: false, ndjson: false, section: 'drifts' });
  throw new Error(`the page has a command that this test does not know: ${words.join(' ')}`);
}

function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
}

async function standing(): Promise<number> {
  const { rows } = await cli.database.pool.query<{ drifts: number }>(
    `SELECT count(*) AS drifts FROM live.drifts WHERE status = 'open'`,
  );
  return rows[0]?.drifts ?? -1;
}

it('the README tells how 200 drifts are closed by one alias, as it is', async () => {
  expect(await standing()).toBe(200);
  const before = slack.texts.length;
  const drifts: number[] = [];
  for (const { command, printed } of await stepsOf(README, 'walkthrough')) {
    expect(stable(await run(command))).toMatch(pattern(printed));
    if (command.includes('/promote')) drifts.push(await standing());
  }
  // Refused to who asked for it; promoted by another; taken back; promoted again.
  expect(drifts).toEqual([200, 0, 200, 0]);

  await told();
  const summaries = slack.texts.slice(before);
  expect(summaries).toHaveLength(3);
  const [fence] = await fencesOf(README, 'slack');
  expect(stable(summaries[0] ?? '')).toMatch(pattern(fence ?? ''));
  expect(summaries[1]).toContain('Closes 0 drifts, opens 200 drifts (GBP 8430.00 at risk), changes 0 drifts');
  const { rows } = await cli.database.pool.query(
    `SELECT kind FROM app.outbox WHERE status = 'sent' ORDER BY id DESC LIMIT 3`,
  );
  expect(rows).toEqual(Array(3).fill({ kind: 'generation.promoted' }));
  // Machines are told of each.
  const { rows: each } = await cli.database.pool.query(
    `SELECT kind, count(*)::int AS drifts FROM app.outbox WHERE status = 'kept' GROUP BY kind ORDER BY kind`,
  );
  expect(each).toEqual([
    { kind: 'drift.opened', drifts: 200 },
    { kind: 'drift.resolved', drifts: 400 },
  ]);
});
