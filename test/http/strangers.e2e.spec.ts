import { hash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { OpenApi } from '../../src/api/openapi/openapi.controller';
import { IngestModule } from '../../src/ingest/ingest.module';
import { BODIES_BYTES, type MemoryBudget } from '../../src/platform/http/memory-budget';
import { MEMORY_BUDGET } from '../../src/platform/http/tokens';
import { type Service, startService } from '../api/service';
import { dial } from '../support/dial';

let service: Service;
let port: number;
beforeAll(async () => {
  const keys = [{ name: 'ada', role: 'admin' as const, sources: null, sha256: hash('sha256', 'ada', 'hex') }];
  service = await startService({ config: { keys }, modules: [IngestModule] });
  await service.app.listen(0, '127.0.0.1');
  ({ port } = service.app.getHttpServer().address() as AddressInfo);
});
afterAll(() => service.close());

it('a stranger is answered before a byte of the body has come, on every route that takes one', async () => {
  const { paths } = service.app.get(OpenApi).document();
  const writing = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => method !== 'get' && !path.startsWith('/v1/webhooks/'))
      .map((method) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '1')}`),
  );
  expect(writing.length).toBeGreaterThan(15);
  for (const line of [...writing, 'POST /nowhere']) {
    const client = await dial(port);
    const head = [
      `${line} HTTP/1.1`,
      'host: localhost',
      'content-type: application/json',
      'content-length: 9',
    ];
    client.socket.write([...head, '', ''].join('\r\n'));
    const status = line === 'POST /nowhere' ? 404 : 401;
    expect([line, await client.heard(/\r\n\r\n/)]).toEqual([
      line,
      expect.stringContaining(`HTTP/1.1 ${status} `),
    ]);
    client.socket.destroy();
  }
});

it('a body that finds no room in the memory of all bodies is refused, and may come again', async () => {
  const budget = service.app.get<MemoryBudget>(MEMORY_BUDGET);
  const put = () => service.put('/v1/mappings/units', { entries: [] }, { authorization: 'Bearer ada' });
  expect(budget.take(BODIES_BYTES)).toBe(true);
  const refused = await put();
  expect([refused.status, refused.json.code, refused.headers['retry-after']]).toEqual([
    503,
    'bodies-busy',
    '1',
  ]);
  budget.give(BODIES_BYTES);
  expect((await put()).status).toBe(200);
  // What was read is given back.
  expect(budget.take(BODIES_BYTES)).toBe(true);
  budget.give(BODIES_BYTES);
});
