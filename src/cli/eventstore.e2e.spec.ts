/** A whole service whose ledger is a stream: on a simulator of EventStoreDB. */
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { type CommandLine, commandLine, said } from '../../test/support/command-line';
import { EventStoreSimulator } from '../../test/support/eventstore/simulator';
import { freshDatabase } from '../../test/support/postgres';
import { settled } from '../../test/support/settled';
import { customer, item, rejected, salesOrder, synchronised } from '../../test/api/story';
import { runCopyLedger } from './copy-ledger';
import { runIngest } from './ingest';
import { type Runtime, openRuntime } from './runtime';
import { type Service, startService } from './service';
import { runVerify } from './verify';

const CONFIGURATION = `
alerts: { digest: null }
sources:
  - { name: prima, kind: prima, timeZone: UTC, legalEntity: ACME }
  - { name: scend, kind: scend, timeZone: UTC, legalEntity: ACME }`;
const STREAM = 'tallystick-ledger';

describe('a service on EventStoreDB', () => {
  let cli: CommandLine;
  let simulator: EventStoreSimulator;
  let runtime: Runtime;
  let service: Service;
  const start = async () => {
    runtime = await openRuntime({ mode: 'owner' });
    service = await startService(runtime);
  };
  const stop = async () => {
    await service.stop();
    await runtime.close();
  };
  beforeAll(async () => {
    simulator = await new EventStoreSimulator().start();
    cli = await commandLine(CONFIGURATION);
    Object.assign(process.env, { PORT: '0', LEDGER_URL: `${simulator.url}&stream=${STREAM}` });
    await start();
  });
  afterAll(async () => {
    await stop();
    await cli.close();
    await simulator.stop();
    for (const name of ['PORT', 'LEDGER_URL']) Reflect.deleteProperty(process.env, name);
  });

  const get = async (path: string) =>
    (await (await fetch(`${service.url}${path}`)).json()) as { items: { detector: string; id: string }[] };
  async function tell(source: string, ...messages: object[]): Promise<void> {
    const answer = await fetch(`${service.url}/v1/sources/${source}/facts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(messages),
    });
    expect(answer.status).toBe(202);
  }
  const found = async () =>
    (await get('/v1/drifts?status=open')).items.map(({ detector, id }) => [detector, id]);

  it('takes facts to a drift, loses nothing where connections break, and goes on after a restart', async () => {
    await tell('prima', item('BAG-1'), customer(), salesOrder('SO1'));
    simulator.loseNextAnswer();
    await tell('scend', synchronised('BAG-1'), rejected('SO1'));
    await settled(async () => (await found()).length === 1);
    const before = await found();
    expect(before.map(([detector]) => detector)).toEqual(['order-rejected']);
    await stop();
    await start();
    expect(await found()).toEqual(before);
    await tell('prima', salesOrder('SO2'));
    await tell('scend', rejected('SO2'));
    await settled(async () => (await found()).length === 2);
    const recorded = simulator.streams.get(STREAM)?.length ?? 0;
    expect(await said(() => runVerify({ json: false }))).toContain(`The ledger holds: ${recorded} facts`);
  });

  it('is not ready while the stream cannot be reached, and says no more than that', async () => {
    const ready = async () => (await fetch(`${service.url}/health/ready`)).status;
    await settled(async () => (await ready()) === 200);
    simulator.down();
    await settled(async () => (await ready()) === 503).finally(() => simulator.up());
    await settled(async () => (await ready()) === 200);
  });

  it('is not ready while it takes nothing, and tells callers and operators why', async () => {
    const nobody = { credentials: { username: '', password: '' } };
    const client = EventStoreDBClient.connectionString(simulator.url);
    await client.setStreamMetadata(STREAM, { maxCount: 5 }, nobody);
    simulator.break();
    await stop();
    await expect(openRuntime({ mode: 'owner' })).rejects.toThrow(
      /its metadata keep events back \(\$maxCount\)/,
    );
    await client.setStreamMetadata(STREAM, {}, nobody);
    await start();
    await client.appendToStream(STREAM, jsonEvent({ type: 'order-placed', data: {} }), nobody);
    await client.dispose();
    const ready = async () => {
      const answer = await fetch(`${service.url}/health/ready`);
      return [answer.status, (await answer.json()) as { code?: string; detail?: string }] as const;
    };
    await settled(async () => (await ready())[1].code === 'ledger-stopped');
    expect((await ready())[1].detail).toMatch(/of the type "order-placed".*copy-ledger/);
    const answer = await fetch(`${service.url}/v1/sources/prima/facts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([salesOrder('SO9')]),
    });
    expect([answer.status, await answer.json()]).toEqual([
      503,
      expect.objectContaining({
        code: 'ledger-stopped',
        detail: expect.stringContaining('order-placed') as string,
      }),
    ]);
    expect(await said(() => runVerify({ json: false }))).toMatch(
      /does NOT hold at position \d+:.*order-placed/,
    );
    simulator.streams.tamper(STREAM, (events) => events.slice(0, -1));
    simulator.break();
    await settled(async () => (await ready())[0] === 200);
  });

  it('copies a ledger whose copy was lost, and records no settings again', async () => {
    const [before, recorded] = [{ ...process.env }, simulator.streams.get(STREAM)?.length ?? 0];
    await stop();
    const database = await freshDatabase();
    const folder = `${process.env['TALLYSTICK_DATA_DIR']}-lost`;
    Object.assign(process.env, { DATABASE_URL: database.url, TALLYSTICK_DATA_DIR: folder });
    await start();
    expect((await runtime.ledger.head()).position).toBe(recorded);
    expect(simulator.streams.get(STREAM)).toHaveLength(recorded);
    await stop();
    Object.assign(process.env, before);
    await start();
    await database.drop();
  });

  it('writes nothing, by whichever command, where LEDGER_URL is missing or wrong', async () => {
    await stop();
    const url = process.env['LEDGER_URL'];
    const recorded = async () =>
      (await cli.database.pool.query('SELECT position FROM ledger.head')).rows[0] as object;
    const before = await recorded();
    Reflect.deleteProperty(process.env, 'LEDGER_URL');
    const file = await cli.file('orders.ndjson', JSON.stringify(salesOrder('SO7')));
    const missing = /LEDGER_URL is not set.*copy of the stream tallystick-ledger/;
    await expect(openRuntime({ mode: 'owner' })).rejects.toThrow(missing);
    await expect(runIngest({ source: 'prima', file, json: true })).rejects.toThrow(missing);
    await expect(runVerify({ json: true })).rejects.toThrow(missing);
    process.env['LEDGER_URL'] = 'esdb://db:2113?tls=maybe';
    await expect(openRuntime({ mode: 'owner' })).rejects.toThrow(/LEDGER_URL: it has another tls= than/);
    process.env['LEDGER_URL'] = url;
    expect(await recorded()).toEqual(before);
    await start();
  });

  it('takes over what a service had recorded in PostgreSQL', async () => {
    await stop();
    const database = await freshDatabase();
    const before = { ...process.env };
    const folder = `${process.env['TALLYSTICK_DATA_DIR']}-moved`;
    Object.assign(process.env, { DATABASE_URL: database.url, TALLYSTICK_DATA_DIR: folder });
    Reflect.deleteProperty(process.env, 'LEDGER_URL');
    await start();
    await tell('prima', item('BAG-1'), customer(), salesOrder('SO1'));
    await tell('scend', synchronised('BAG-1'), rejected('SO1'));
    await settled(async () => (await found()).length === 1);
    const drifts = await found();
    await stop();
    process.env['LEDGER_URL'] = `${simulator.url}&stream=moved`;
    expect(await said(() => runCopyLedger({ json: false }))).toMatch(/^\d+ facts copied. The stream holds:/);
    expect(JSON.parse(await said(() => runCopyLedger({ json: true })))).toMatchObject({
      copied: 0,
      ok: true,
    });
    await start();
    expect(await found()).toEqual(drifts);
    await tell('prima', salesOrder('SO2'));
    await stop();
    Object.assign(process.env, before);
    await start();
    await database.drop();
  });
});
