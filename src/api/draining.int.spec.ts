import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { draining } from './draining';

describe('a server that closes', () => {
  let server: Server;
  let drain: () => void;
  const clients: Socket[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy();
    server.closeAllConnections();
  });

  async function serve(
    answer: (request: IncomingMessage, response: ServerResponse) => void,
    drainMs = 60_000,
  ) {
    server = createServer(answer);
    drain = draining(server, drainMs);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }

  async function client(said = ''): Promise<Socket> {
    const accepted = once(server, 'connection');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    clients.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    await accepted;
    if (said !== '') socket.write(said);
    return socket;
  }

  /** Milliseconds. */
  async function closed(): Promise<number> {
    const asked = performance.now();
    const ended = once(server, 'close');
    drain();
    server.close();
    await ended;
    return performance.now() - asked;
  }

  it('does not wait for a connection that was opened ahead and not used', async () => {
    await serve((_, response) => response.end('ok'));
    await client();
    expect(await closed()).toBeLessThan(5_000);
  });

  it('answers what is under way, and does not keep the connection for more', async () => {
    let answer: () => void = () => undefined;
    await serve((_, response) => {
      answer = () => response.end('done');
      server.emit('asked');
    });
    const asked = once(server, 'asked');
    const socket = await client('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await asked;
    const heard = once(socket, 'data');
    const ending = closed();
    answer();
    expect(String((await heard)[0])).toContain('done');
    expect(await ending).toBeLessThan(5_000);
  });

  it('cuts off what is still being asked when the time is over', async () => {
    await serve(() => server.emit('asked'), 200);
    const asked = once(server, 'asked');
    const socket = await client('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf');
    await asked;
    const cut = once(socket, 'close');
    const tookMs = await closed();
    await cut;
    expect(tookMs).toBeGreaterThanOrEqual(150);
    expect(tookMs).toBeLessThan(5_000);
  });
});
