import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Network } from '../contract/harness';

/** What the writer sends to make a block take effect, and what it sends first. */
const TAKES_EFFECT = ['ledger-append-block', 'COMMIT'];
const BEGINS = ['ledger-append-block', 'BEGIN'];
const WRITER = 'tallystick ledger writer';

/** Stands between the ledger and PostgreSQL, and breaks connections at chosen moments. */
export class FaultyProxy implements Network {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private fault: 'answer' | 'request' | null = null;
  private isDown = false;
  private silent: 'all' | 'commits' | null = null;

  private constructor(private readonly target: URL) {
    this.server = createServer((client) => this.accept(client));
  }

  static async to(url: string): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(new URL(url));
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  /** The target's connection string, through this proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  loseNextAnswer(): void {
    this.fault = 'answer';
  }

  loseNextRequest(): void {
    this.fault = 'request';
  }

  down(): void {
    this.isDown = true;
    for (const socket of this.sockets) socket.destroy();
  }

  up(): void {
    this.isDown = false;
  }

  /** What is sent goes nowhere and nothing comes back, while all connections stay open: as behind a firewall that forgot them. */
  hang(): void {
    this.silent = 'all';
  }

  /** The next commits of the writer reach the server; nothing comes back of them, nor of what follows on their connections. */
  hangAtCommits(): void {
    this.silent = 'commits';
  }

  /** New connections work; what hangs goes on hanging. */
  hangNoMore(): void {
    this.silent = null;
  }

  async close(): Promise<void> {
    this.server.close();
    this.down();
    await once(this.server, 'close');
  }

  private accept(client: Socket): void {
    if (this.isDown) {
      client.destroy();
      return;
    }
    const server = connect(Number(this.target.port), this.target.hostname);
    this.track(client, server);
    let isWriter = false;
    let dropAnswer = false;
    let hangs = false;
    client.on('data', (chunk) => {
      hangs ||= this.silent === 'all';
      if (hangs) return;
      isWriter ||= chunk.includes(WRITER);
      if (isWriter && this.silent === 'commits' && holds(chunk, TAKES_EFFECT)) hangs = true;
      if (isWriter && this.fault === 'request' && holds(chunk, BEGINS)) {
        this.fault = null;
        client.destroy();
        return;
      }
      if (isWriter && this.fault === 'answer' && holds(chunk, TAKES_EFFECT)) {
        this.fault = null;
        dropAnswer = true;
      }
      server.write(chunk);
    });
    server.on('data', (chunk) => {
      hangs ||= this.silent === 'all';
      if (hangs) return;
      if (dropAnswer) client.destroy();
      else client.write(chunk);
    });
  }

  /** When one side goes, so does the other. */
  private track(client: Socket, server: Socket): void {
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
  }
}

function holds(chunk: Buffer, words: readonly string[]): boolean {
  return words.some((word) => chunk.includes(word));
}
