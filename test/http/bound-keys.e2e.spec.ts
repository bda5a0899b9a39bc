/** A key that is bound to a source, on every route that the OpenAPI document has: a new one cannot be forgotten. */
import { hash } from 'node:crypto';
import { OpenApi } from '../../src/api/openapi/openapi.controller';
import { IngestModule } from '../../src/ingest/ingest.module';
import type { KeyConfig } from '../../src/platform/config';
import { type Service, startService } from '../api/service';
import { rejected } from '../api/story';

/** Its own source is in the path or in `?source=`; that one it may use. */
const OF_ONE_SOURCE = [
  'POST /v1/sources/{source}/facts',
  'PUT /v1/sources/{source}',
  'GET /v1/ledger/facts',
  'GET /v1/quarantine',
];
/** Nobody needs a key. */
const OPEN = ['GET /health/live', 'GET /health/ready', 'POST /v1/webhooks/{source}'];

const key = (name: string, role: KeyConfig['role'], sources: string[]): KeyConfig => ({
  name,
  role,
  sources,
  sha256: hash('sha256', name, 'hex'),
});
const bearer = (name: string) => ({ authorization: `Bearer ${name}` });

let service: Service;
let operations: string[];
beforeAll(async () => {
  // An admin's, so that its role stands in no way.
  const keys = [key('bound', 'admin', ['scend']), key('bound-reader', 'reader', ['scend'])];
  service = await startService({ config: { keys }, modules: [IngestModule] });
  await service.tellRaw('prima', 'told to nobody else');
  await service.tell('scend', rejected('SO1'));
  const { paths } = service.app.get(OpenApi).document();
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
});
afterAll(() => service.close());

/** `source` is in the path where that has one, else in the query. */
async function ask(operation: string, query: string, source = 'scend') {
  const [method = '', path = ''] = operation.split(' ');
  const url = path.replace('{source}', source).replace(/\{\w+\}/g, '1');
  const { statusCode, payload } = await service.fastify.inject({
    method: method as 'GET' | 'POST' | 'PUT',
    url: `${url}${query}`,
    headers: { ...bearer('bound'), ...(method === 'GET' ? {} : { 'content-type': 'application/json' }) },
    ...(method === 'GET' ? {} : { payload: '{}' }),
  });
  const { code } = payload.startsWith('{') ? (JSON.parse(payload) as { code?: string }) : {};
  return { status: statusCode, code };
}

it('is refused on every route that is not of one source, whether or not it names one', async () => {
  const others = operations.filter((each) => !OF_ONE_SOURCE.includes(each) && !OPEN.includes(each));
  expect(others.length).toBeGreaterThan(35);
  for (const operation of others)
    for (const query of ['', '?source=scend'])
      expect([operation, await ask(operation, query)]).toEqual([
        operation,
        { status: 403, code: 'key-bound' },
      ]);
});

it('may use its own source, and no other, where a route is of one', async () => {
  for (const operation of OF_ONE_SOURCE) {
    expect(operations).toContain(operation);
    const inPath = operation.includes('{source}');
    const own = await ask(operation, inPath ? '' : '?source=scend');
    expect([operation, own.status]).not.toEqual([operation, 401]);
    expect([operation, own.status]).not.toEqual([operation, 403]);
    const foreign = inPath
      ? [await ask(operation, '', 'prima'), await ask(operation, '?source=scend', 'prima')]
      : [
          await ask(operation, ''),
          await ask(operation, '?source=prima'),
          await ask(operation, '?source=prima&source=scend'),
          await ask(operation, '?source[]=scend'),
        ];
    for (const answer of foreign)
      expect([operation, answer]).toEqual([operation, { status: 403, code: 'source-not-allowed' }]);
  }
});

it('needs no key for what is open', async () => {
  for (const operation of OPEN) {
    expect(operations).toContain(operation);
    expect((await ask(operation, '', 'prima')).status).not.toBe(403);
  }
});

it('reads the facts of its source alone', async () => {
  const { json } = await service.get(
    '/v1/ledger/facts?source=scend&from=2000-01-01T00:00:00Z',
    bearer('bound-reader'),
  );
  const items = json.items as { source: string }[];
  expect(new Set(items.map(({ source }) => source))).toEqual(new Set(['scend']));
});
