import { type RequestListener, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyServerFactory } from 'fastify';
import { own } from '../domain/own';
import { unavailable } from '../platform/http/errors';
import { problemContentType, problemOf } from '../platform/http/problem';
import { SECURITY_HEADERS } from './security-headers';

const RETRY_AFTER_SECONDS = 1;

/**
 * The HTTP server of a service, from its first second: what runs services asks for its health while a database is still started,
 * migrated or read. Until `handOver` it says that it lives and what it is doing; then the application answers.
 */
export class Listener {
  readonly server: Server;
  private application: RequestListener | null = null;
  private answer: RequestListener = (request, response) => {
    this.answerWhileStarting(request.url ?? '/', response);
  };
  private doing = 'It reads its configuration';

  constructor() {
    this.server = createServer((request, response) => {
      this.answer(request, response);
    });
  }

  /** Answers `http://127.0.0.1:7420`. A port that is taken is told by its remedy. */
  async listen(port: number, host: string): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (error) => reject(refused(error, port, host)));
      this.server.listen(port, host, resolve);
    });
    const { address, port: actual } = this.server.address() as AddressInfo;
    return `http://${address.includes(':') ? `[${address}]` : address}:${actual}`;
  }

  /** What the start is at: a sentence without its full stop. */
  underWay(doing: string): void {
    this.doing = doing;
  }

  /** For Fastify: its application on this server, with the limits that it was given, once `handOver` is called. */
  readonly factory: FastifyServerFactory = (handler, options) => {
    const { keepAliveTimeout, requestTimeout, connectionTimeout } = options as Record<string, number>;
    if (keepAliveTimeout !== undefined) this.server.keepAliveTimeout = keepAliveTimeout;
    if (requestTimeout !== undefined) this.server.requestTimeout = requestTimeout;
    if (connectionTimeout !== undefined) this.server.setTimeout(connectionTimeout);
    this.application = handler;
    return this.server;
  };

  handOver(): void {
    if (this.application) this.answer = this.application;
  }

  /** Takes no new connection; resolves when the last one has ended. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      // Its error says that it was closed before, which is what is wanted.
      this.server.close(() => resolve());
    });
  }

  /** For a start that failed: nobody is being served. */
  async abandon(): Promise<void> {
    const closed = this.close();
    this.server.closeAllConnections();
    await closed;
  }

  private answerWhileStarting(url: string, response: ServerResponse): void {
    const path = url.split('?', 1)[0] ?? '/';
    if (path === '/health/live') {
      const headers = { ...SECURITY_HEADERS, 'content-type': 'application/json; charset=utf-8' };
      response.writeHead(200, headers).end('{"status":"ok"}');
      return;
    }
    const problem = unavailable(
      'not-ready',
      'The service is starting',
      `The service is starting. ${this.doing}. Sending the request again is safe.`,
      RETRY_AFTER_SECONDS,
    );
    // A body that nobody reads would be taken for the next request on this connection.
    const headers = { ...SECURITY_HEADERS, 'content-type': problemContentType, connection: 'close' };
    response
      .writeHead(problem.status, { ...headers, ...problem.headers })
      .end(JSON.stringify(problemOf(problem, path)));
  }
}

function refused(error: Error, port: number, host: string): Error {
  const code = 'code' in error ? error.code : undefined;
  const remedies: Record<string, string> = {
    EADDRINUSE: `Port ${port} is in use: set PORT to another one, or to 0 for any that is free.`,
    EACCES: `Port ${port} may not be used by this account: set PORT to one above 1023.`,
    EADDRNOTAVAIL: `HOST: ${host} is no address of this machine: set HOST to one that is, such as 127.0.0.1.`,
    ENOTFOUND: `HOST: the name ${host} is not known: set HOST to an address of this machine, such as 127.0.0.1.`,
    EAI_AGAIN: `HOST: the name ${host} cannot be looked up: set HOST to an address of this machine, such as 127.0.0.1.`,
  };
  const said = own(remedies, String(code));
  return said === undefined
    ? error
    : Object.assign(new Error(said, { cause: error }), { code: 'cannot-listen' });
}
