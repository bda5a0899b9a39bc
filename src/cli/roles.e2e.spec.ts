/** Three replicas on one database, each with a role of its own: what one does the others leave. */
import { type CommandLine, commandLine } from '../../test/support/command-line';
import { settled } from '../../test/support/settled';
import { type Role } from '../platform/config';
import { type Runtime, openRuntime } from './runtime';
import { type Service, startService } from './service';

const ROLES: Role[] = ['api', 'ingest', 'projector'];
const ITEM = JSON.stringify({
  documentType: 'Item',
  itemCode: 'BAG-1',
  status: 'active',
  stockManaged: true,
  baseUom: 'EA',
  uoms: [{ uom: 'EA', factor: '1' }],
  version: 1,
  modifiedAt: '2026-11-20T08:00:00Z',
});

let cli: CommandLine;
const replicas = new Map<Role, { runtime: Runtime; service: Service }>();

beforeAll(async () => {
  process.env['PORT'] = '0';
  cli = await commandLine('sources:\n  - { name: prima, kind: prima, timeZone: UTC, legalEntity: ACME }\n');
  for (const role of ROLES) {
    process.env['ROLE'] = role;
    const runtime = await openRuntime({ mode: 'owner' });
    replicas.set(role, { runtime, service: await startService(runtime) });
  }
});

afterAll(async () => {
  for (const { runtime, service } of replicas.values()) {
    await service.stop();
    await runtime.close();
  }
  await cli.close();
  delete process.env['PORT'];
  delete process.env['ROLE'];
});

async function ask(role: Role, path: string, body?: string): Promise<{ status: number; text: string }> {
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(new URL(path, replicas.get(role)?.service.url), {
    method: body === undefined ? 'GET' : 'POST',
    headers,
    body,
  });
  return { status: answer.status, text: await answer.text() };
}

it.each(ROLES)('%s says whether it is ready, its status and its metrics', async (role) => {
  for (const path of ['/health/live', '/health/ready', '/v1/status', '/metrics'])
    expect([path, (await ask(role, path)).status]).toEqual([path, 200]);
});

it('api alone is read, ingest alone takes facts', async () => {
  const reads = await Promise.all(ROLES.map(async (role) => (await ask(role, '/v1/drifts')).status));
  expect(reads).toEqual([200, 404, 404]);
  const facts = '/v1/sources/prima/facts';
  const taken = await Promise.all(ROLES.map(async (role) => (await ask(role, facts, ITEM)).status));
  expect([taken[0], taken[2]]).toEqual([404, 404]);
  expect(taken[1]).toBeLessThan(300);
});

it('projector folds what ingest took, and api shows it', async () => {
  await settled(async () => (await ask('api', '/v1/products/BAG-1')).status === 200);
  const roles = ROLES.map((role) => replicas.get(role)?.runtime.config.roles);
  const [, ingest, projector] = await Promise.all(
    ROLES.map(async (role) => (await ask(role, '/metrics')).text),
  );
  expect(ingest).toContain('tallystick_append_duration_seconds_count{outcome="ok"} 1');
  expect(projector).toMatch(/^tallystick_freshness_seconds_count [1-9]/m);
  expect(
    [ingest, projector].map((text) => /^tallystick_projector_leading (.)$/m.exec(text ?? '')?.[1]),
  ).toEqual(['0', '1']);
  // Who finds also tells.
  expect(roles).toEqual([['api'], ['ingest'], ['projector', 'reactions']]);
});
