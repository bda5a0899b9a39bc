import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../errors';
import type { Access } from '../route-config';
import { accessOf, isAllowed } from './access';
import { type Actor, localActor, rememberActor } from './actor';
import { type KeyBook, bearerToken } from './keys';
import { hasLoopbackHost, isForeignPage, isLoopbackPeer } from './loopback';

/**
 * Lets a request through to its route, and remembers who it is from: before a byte of its body is read, and for every route, so
 * that none can forget it. A path without a route is nobody's, and answered with 404.
 * @param onAdmitted told of requests whose key is known
 */
export function installAdmission(
  fastify: FastifyInstance,
  keys: KeyBook,
  onAdmitted?: (request: FastifyRequest) => void,
): void {
  fastify.addHook('onRequest', async (request) => {
    const access = accessOf(request);
    if (request.is404 || access.kind === 'public') return;
    const actor = identify(request, keys, access.loopback ?? false);
    if (!isAllowed(actor.role, access.roles)) throw roleRequired(actor, access.roles);
    assertSource(request, actor, access);
    rememberActor(request, actor);
    onAdmitted?.(request);
  });
}

function identify(request: FastifyRequest, keys: KeyBook, loopbackMay: boolean): Actor {
  if (keys.isEmpty) return identifyLocal(request);
  const { authorization } = request.headers;
  if (authorization === undefined) {
    if (loopbackMay && isLoopbackPeer(request) && hasLoopbackHost(request) && !isForeignPage(request))
      return localActor;
    throw unauthorized('key-required', 'A key is required', 'Send the header Authorization: Bearer <token>.');
  }
  const token = bearerToken(authorization);
  const found = token === undefined ? undefined : keys.find(token, Date.now());
  if (!found)
    throw unauthorized('key-unknown', 'The key is not known', 'The token belongs to no configured key.');
  const { key, state } = found;
  if (state === 'expired')
    throw unauthorized('key-expired', 'The key has expired', `The key ${key.name} has expired.`);
  if (state === 'revoked')
    throw unauthorized('key-revoked', 'The key is revoked', `The key ${key.name} is revoked.`);
  return { name: key.name, role: key.role, verified: true, sources: key.sources };
}

/** Without keys only this machine is served, and only what is meant for it. */
function identifyLocal(request: FastifyRequest): Actor {
  if (!isLoopbackPeer(request)) {
    const detail = 'Without configured keys only this machine is served. Add keys to the configuration file.';
    throw new ApiError(403, 'loopback-only', 'Only this machine is served', detail);
  }
  if (!hasLoopbackHost(request)) {
    const detail = 'Without configured keys the Host header must be localhost or a loopback address.';
    throw new ApiError(403, 'host-not-allowed', 'The Host header is not allowed', detail);
  }
  if (isForeignPage(request)) {
    const detail =
      'Without configured keys, pages of other origins may not call this service; one of another port is another origin.';
    throw new ApiError(403, 'origin-not-allowed', 'The origin is not allowed', detail);
  }
  return localActor;
}

function roleRequired(actor: Actor, required: readonly string[]): ApiError {
  const detail = `The key ${actor.name} has the role ${actor.role}; this needs ${required.join(' or ')}.`;
  return new ApiError(403, 'role-required', 'The key may not do this', detail, {
    members: { role: actor.role, required },
  });
}

/**
 * A key that is bound to sources may use only what is of one source: a route that has it in its path, or a list that is asked
 * for it by `?source=`. Whatever else there is, and whatever comes to be, tells of all sources or acts on all of them.
 */
function assertSource(request: FastifyRequest, actor: Actor, access: Access): void {
  if (actor.sources === null) return;
  const { source } = request.params as { source?: unknown };
  const asked = (request.query as { source?: unknown }).source;
  const bySource = access.kind === 'roles' && access.sourceQuery === true;
  const named = source ?? (bySource ? asked : undefined);
  if (typeof named === 'string' && actor.sources.includes(named)) return;
  const may = `The key ${actor.name} may use ${actor.sources.join(', ')}`;
  if (named === undefined && !bySource)
    throw new ApiError(
      403,
      'key-bound',
      'The key is bound to sources',
      `${may} only; this route is of all sources.`,
      { members: { allowed: actor.sources } },
    );
  const detail = bySource ? `${may}: ask for one of them by ?source=.` : `${may}.`;
  throw new ApiError(403, 'source-not-allowed', 'The key may not use this source', detail, {
    members: { allowed: actor.sources },
  });
}

function unauthorized(code: string, title: string, detail: string): ApiError {
  const challenge =
    code === 'key-required'
      ? 'Bearer realm="tallystick"'
      : 'Bearer realm="tallystick", error="invalid_token"';
  return new ApiError(401, code, title, detail, { headers: { 'www-authenticate': challenge } });
}
