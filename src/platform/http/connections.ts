import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionLimits {
  /** Connections that may be open at once. */
  most: number;
  /** Until a connection has sent the head of its first request. */
  headMs: number;
}

export const defaultConnectionLimits: ConnectionLimits = { most: 1_024, headMs: 10_000 };

const SWEEP_MS = 1_000;
const TIMEOUT = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/**
 * Bounds on what strangers may hold open. When there are too many connections, the one that is the longest without having shown a
 * key makes room: whoever opens a thousand and says nothing shuts nobody out who has one.
 */
export class Connections {
  private open = 0;
  /** When each was opened, in that order; those that have not shown a key. */
  private readonly strangers = new Map<Socket, number>();
  /** Of these, those that have not sent the head of a request yet. */
  private readonly silent = new Set<Socket>();

  constructor(
    server: Server,
    private readonly limits = defaultConnectionLimits,
  ) {
    server.on('connection', (socket: Socket) => this.opened(socket));
    server.prependListener('request', ({ socket }: IncomingMessage) => this.silent.delete(socket));
    const sweep = setInterval(() => this.sweep(performance.now()), SWEEP_MS).unref();
    server.once('close', () => clearInterval(sweep));
  }

  /** A request on it has shown a key. */
  known(socket: Socket): void {
    this.strangers.delete(socket);
  }

  private opened(socket: Socket): void {
    this.open += 1;
    this.strangers.set(socket, performance.now());
    this.silent.add(socket);
    socket.once('close', () => {
      this.open -= 1;
      this.strangers.delete(socket);
      this.silent.delete(socket);
    });
    if (this.open <= this.limits.most) return;
    const [oldest] = this.strangers.keys();
    if (!oldest) return;
    this.strangers.delete(oldest);
    oldest.destroy();
  }

  private sweep(now: number): void {
    for (const socket of this.silent) {
      if (now - (this.strangers.get(socket) ?? now) < this.limits.headMs) return;
      this.silent.delete(socket);
      socket.write(TIMEOUT);
      socket.destroySoon();
    }
  }
}
