/** What Node refuses before there is a request for a route: answered as a problem like everything else. */
import { type IncomingMessage, STATUS_CODES, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ApiError } from '../platform/http/errors';
import { problemContentType, problemOf } from '../platform/http/problem';

const PATH_UNKNOWN = '/';

const REFUSALS: ReadonlyMap<string, ApiError> = new Map([
  [
    'HPE_HEADER_OVERFLOW',
    new ApiError(
      431,
      'headers-too-large',
      'The headers are too large',
      'All headers together may have 16 KiB.',
    ),
  ],
  [
    'ERR_HTTP_REQUEST_TIMEOUT',
    new ApiError(
      408,
      'request-timeout',
      'The request took too long',
      'It did not come whole in time. Send it again.',
    ),
  ],
]);
const NO_HTTP = new ApiError(
  400,
  'request-malformed',
  'The request is not valid HTTP',
  'What came on the connection could not be read as a request.',
);
const EXPECTATION = new ApiError(
  417,
  'expectation-failed',
  'The expectation cannot be met',
  'The only expectation that is known is 100-continue.',
);

/** Of the bytes of a connection. Where nobody listens any more there is nobody to answer. */
export function refuseUnparsed(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) {
    const refusal = REFUSALS.get(error.code ?? '') ?? NO_HTTP;
    const body = JSON.stringify(problemOf(refusal, PATH_UNKNOWN));
    const head = [
      `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`,
      `Content-Type: ${problemContentType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroySoon();
}

export function refuseExpectations(server: Server): void {
  server.on('checkExpectation', ({ url }: IncomingMessage, response: ServerResponse) => {
    const body = JSON.stringify(problemOf(EXPECTATION, url?.split('?', 1)[0] ?? PATH_UNKNOWN));
    const headers = { 'content-type': problemContentType, 'content-length': Buffer.byteLength(body) };
    // Whether the body comes all the same is not known, and it would be taken for the next request.
    response.writeHead(EXPECTATION.status, { ...headers, connection: 'close' }).end(body);
  });
}
