import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config';
import { discardBody } from '../body';
import { ApiError } from '../errors';
import { CONFIG } from '../tokens';
import { ACCESS, type Access, defaultAccess, isAllowed } from './access';
import { type Actor, localActor, rememberActor } from './actor';
import { bearerToken, findKey } from './keys';
import { hasLoopbackHost, isForeignPage, isLoopbackPeer } from './loopback';

/** Lets a request through to its route, and remembers who it is from. Global: a route cannot forget it. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    try {
      this.admit(request, this.accessOf(context, request));
    } catch (error) {
      await discardBody(request, context.switchToHttp().getResponse<FastifyReply>());
      throw error;
    }
    return true;
  }

  private accessOf(context: ExecutionContext, request: FastifyRequest): Access {
    const declared = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    return declared ?? defaultAccess(request.method);
  }

  private admit(request: FastifyRequest, access: Access): void {
    if (access.kind === 'public') return;
    const actor = this.identify(request, access.loopback);
    if (!isAllowed(actor.role, access.roles)) {
      const detail = `The key ${actor.name} has the role ${actor.role}; this needs ${access.roles.join(' or ')}.`;
      throw new ApiError(403, 'role-required', 'The key may not do this', detail, {
        members: { role: actor.role, required: access.roles },
      });
    }
    assertSource(request, actor);
    rememberActor(request, actor);
  }

  private identify(request: FastifyRequest, loopbackMay: boolean): Actor {
    if (this.config.keys.length === 0) return identifyLocal(request);
    const { authorization } = request.headers;
    if (authorization === undefined) {
      if (loopbackMay && isLoopbackPeer(request) && hasLoopbackHost(request)) return localActor;
      throw unauthorized(
        'key-required',
        'A key is required',
        'Send the header Authorization: Bearer <token>.',
      );
    }
    const token = bearerToken(authorization);
    const key = token === undefined ? undefined : findKey(this.config.keys, token);
    if (!key)
      throw unauthorized('key-unknown', 'The key is not known', 'The token belongs to no configured key.');
    return { name: key.name, role: key.role, verified: true, sources: key.sources };
  }
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
    const detail = 'Without configured keys, pages of other origins may not call this service.';
    throw new ApiError(403, 'origin-not-allowed', 'The Origin header is not allowed', detail);
  }
  return localActor;
}

/** A key that is bound to sources may not use the routes of others. */
function assertSource(request: FastifyRequest, actor: Actor): void {
  const params = request.params as { source?: string } | null | undefined;
  const source = params?.source;
  if (source === undefined || actor.sources === null || actor.sources.includes(source)) return;
  throw new ApiError(
    403,
    'source-not-allowed',
    'The key may not use this source',
    `The key ${actor.name} may use ${actor.sources.join(', ')}.`,
    { members: { allowed: actor.sources } },
  );
}

function unauthorized(code: string, title: string, detail: string): ApiError {
  const challenge =
    code === 'key-unknown' ? 'Bearer realm="tallystick", error="invalid_token"' : 'Bearer realm="tallystick"';
  return new ApiError(401, code, title, detail, { headers: { 'www-authenticate': challenge } });
}
