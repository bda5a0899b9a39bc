import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../../config';

/** Whether the other end of the connection is this machine. */
export function isLoopbackPeer(request: FastifyRequest): boolean {
  return isLoopback((request.raw.socket.remoteAddress ?? '').replace(/^::ffff:/, ''));
}

/**
 * Whether the Host header names this machine. A web page that makes its own name resolve to 127.0.0.1 (DNS rebinding) comes
 * from a loopback peer, but its browser still sends the page's name.
 */
export function hasLoopbackHost(request: FastifyRequest): boolean {
  return isLoopbackName(hostnameOf(request.headers.host ?? ''));
}

/**
 * Whether a browser sent this for a page of another place; one of another port of this machine is another place. Programs say
 * neither header; a page may post to any address, with any text as its body, and it is the browser, not the page, that says so.
 * To follow a link is nobody's request but the reader's: alerts have links to here.
 */
export function isForeignPage(request: FastifyRequest): boolean {
  const { origin, host = '', 'sec-fetch-site': site, 'sec-fetch-mode': mode } = request.headers;
  if (origin !== undefined) return !isSameOrigin(origin, host);
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return !(mode === 'navigate' && (request.method === 'GET' || request.method === 'HEAD'));
}

function isSameOrigin(origin: string, host: string): boolean {
  const own = `http://${host}`;
  return URL.canParse(own) && URL.canParse(origin) && new URL(origin).origin === new URL(own).origin;
}

function isLoopbackName(name: string): boolean {
  return isLoopback(name) || name.endsWith('.localhost');
}

function hostnameOf(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '');
}
