import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

const SWEEP_MS = 50;
/** How long a closing server waits for requests that are under way: a service that is asked to end has 10 s in all. */
const DRAIN_MS = 7_000;

/**
 * Keeps a closing server from waiting for its clients. Node closes the connections that rest at that moment; one whose request
 * is answered a moment later would be kept for a minute, and so would one that was opened ahead and on which nothing was asked
 * yet, as proxies and browsers open them. What is still being asked after `drainMs` is cut off: sending it again is safe.
 * @returns to be called when the server begins to close
 */
export function draining(server: Server, drainMs = DRAIN_MS): () => void {
  const unused = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', (request: IncomingMessage) => unused.delete(request.socket));
  return () => {
    if (!server.listening) return;
    const sweep = setInterval(() => {
      server.closeIdleConnections();
      for (const socket of unused) socket.destroy();
    }, SWEEP_MS);
    const end = setTimeout(() => server.closeAllConnections(), drainMs);
    server.once('close', () => {
      clearInterval(sweep);
      clearTimeout(end);
    });
  };
}
