import type { FastifyRequest } from 'fastify';
import { type Access, type Role, routeConfig, routeConfigOf } from '../route-config';

/** The route is open to keys of any of these roles; admin may do everything, an operator may also read. */
export const Roles = (...roles: [Role, ...Role[]]) => routeConfig({ access: { kind: 'roles', roles } });

/** For what a scraper on the same machine may read without a key. */
export const RolesOrLoopback = (...roles: [Role, ...Role[]]) =>
  routeConfig({ access: { kind: 'roles', roles, loopback: true } });

/** A list that answers what is of one source alone where `?source=` names it: keys that are bound to that source may ask it. */
export const ReadersOfSource = () =>
  routeConfig({ access: { kind: 'roles', roles: ['reader'], sourceQuery: true } });

/** Health checks, and webhooks, which are authenticated by their signature. */
export const Public = () => routeConfig({ access: { kind: 'public' } });

/** A route that says nothing: reading needs a reader, anything else an admin. */
export function accessOf(request: FastifyRequest): Access {
  const { method } = request;
  const safe = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
  return routeConfigOf(request).access ?? { kind: 'roles', roles: [safe ? 'reader' : 'admin'] };
}

export function isAllowed(role: Role, wanted: readonly Role[]): boolean {
  if (role === 'admin') return true;
  return wanted.includes(role) || (role === 'operator' && wanted.includes('reader'));
}
