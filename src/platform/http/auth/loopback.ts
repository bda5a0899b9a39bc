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
 * Whether a browser sent this for a page of another place. Programs send no Origin; a page may post to any address, and it
 * is the browser, not the page, that says so.
 */
export function isForeignPage(request: FastifyRequest): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || !isLoopbackName(new URL(origin).hostname.replace(/^\[|\]$/g, ''));
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
