import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type KeyBook, installAdmission } from './auth';
import { installBodyParsers } from './body';
import { Connections, type ConnectionLimits } from './connections';
import type { MemoryBudget } from './memory-budget';

/** How long a client that was answered before it had sent its whole body may go on sending it. */
const LINGER_MS = 5_000;

export interface Doors {
  keys: KeyBook;
  budget: MemoryBudget;
  connections?: ConnectionLimits;
}

/**
 * What stands between the network and the routes, in this order: bounds on connections, who may ask what, and bounds on bodies.
 * To be called on the adapter's instance before `app.init()`, of an app created with `bodyParser: false`.
 */
export function installDoors(fastify: FastifyInstance, { keys, budget, connections: limits }: Doors): void {
  const { server } = fastify;
  const connections = new Connections(server, limits);
  // A client that asks before it sends a body is told to go on only once it is let in.
  const asking = new WeakSet<IncomingMessage>();
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    asking.add(request);
    server.emit('request', request, response);
  });
  installAdmission(fastify, keys, ({ raw }) => connections.known(raw.socket));
  fastify.addHook('preParsing', async ({ raw }, reply) => {
    if (asking.has(raw)) reply.raw.writeContinue();
  });
  installBodyParsers(fastify, budget);
  fastify.addHook('onResponse', async ({ raw }) => linger(raw));
}

/** Closed at once, a client that is still sending would see a reset connection in place of its answer. */
function linger(request: IncomingMessage): void {
  const { socket } = request;
  // What is asked in this process has none.
  if (!(socket instanceof Socket) || request.complete || request.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  request.once('close', () => clearTimeout(timer));
  request.resume();
}
