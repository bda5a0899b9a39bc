import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dial } from '../../test/support/dial';
import { ApiError } from '../platform/http/errors';
import { defaultIngestLimits } from './limits';
import { readBody } from './read-body';

it('a body that never ends is given up, though a byte comes now and then', async () => {
  const outcomes: unknown[] = [];
  const server = createServer((request, response) => {
    const read = async () => {
      for await (const _ of readBody(request, { ...defaultIngestLimits, bodyMs: 300 }))
        outcomes.push('bytes');
    };
    read()
      .catch((error: unknown) => outcomes.push(error))
      .finally(() => response.writeHead(408, { connection: 'close' }).end())
      .catch(() => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = await dial((server.address() as AddressInfo).port);
  client.socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n');
  const dripping = setInterval(() => client.socket.write('x'), 20);
  await client.heard(/408/);
  clearInterval(dripping);
  client.socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  const error = outcomes.at(-1);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 408, code: 'body-timeout' });
});
