import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Dialled, dial } from '../../../test/support/dial';
import { type ConnectionLimits, Connections } from './connections';

describe('connections', () => {
  let server: Server;
  let port: number;
  const clients: Dialled[] = [];
  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Whoever asks for /known has shown a key. */
  async function serve(limits: ConnectionLimits): Promise<void> {
    server = createServer((request, response) => {
      if (request.url === '/known') connections.known(request.socket);
      response.end('ok');
    });
    const connections = new Connections(server, limits);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  }

  async function client(): Promise<Dialled> {
    const accepted = once(server, 'connection');
    const dialled = await dial(port);
    clients.push(dialled);
    await accepted;
    return dialled;
  }

  async function ask(client: Dialled, path: string): Promise<void> {
    client.socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await client.heard(/ok/);
  }

  it('past the most, the stranger that was there first makes room', async () => {
    await serve({ most: 3, headMs: 60_000 });
    const [known, first, second] = [await client(), await client(), await client()];
    await ask(known, '/known');
    await ask(first, '/health');
    await client();
    await first.ended;
    await client();
    await second.ended;
    expect(known.socket.destroyed).toBe(false);
    await ask(known, '/known');
  });

  it('past the most, a stranger finds no room where all are known', async () => {
    await serve({ most: 2, headMs: 60_000 });
    const known = [await client(), await client()];
    for (const each of known) await ask(each, '/known');
    await (
      await client()
    ).ended;
    expect(known.map(({ socket }) => socket.destroyed)).toEqual([false, false]);
  });

  it('ends one that does not send the head of a request, whatever it sends', async () => {
    await serve({ most: 10, headMs: 1 });
    const asking = await client();
    await ask(asking, '/health');
    const slow = await client();
    slow.socket.write('GET / HTTP/1.1\r\nHost: loc');
    await slow.ended;
    await expect(slow.heard(/408 Request Timeout/)).resolves.toContain('Connection: close');
    await ask(asking, '/health');
  });
});
