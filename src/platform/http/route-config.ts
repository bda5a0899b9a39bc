import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { KeyConfig } from '../config';

export type Role = KeyConfig['role'];

/** Who may call a route. */
export type Access =
  | { kind: 'public' }
  /** `loopback`: also callers on this machine, without a key. `sourceQuery`: its `?source=` bounds all that it answers. */
  | { kind: 'roles'; roles: readonly Role[]; loopback?: boolean; sourceQuery?: boolean };

/** What our decorators say of a route, so that Fastify's hooks know it before anything of the body is read. */
export interface OurRouteConfig {
  /** The handler gets the body as a stream. */
  rawBody?: true;
  access?: Access;
  /** Longest time until the answer, where it is not the usual one; null where the handler bounds what it waits for. */
  answerMs?: number | null;
}

const { KEY } = RouteConfig({});

/** Several of these on one method say all that each of them says. */
export function routeConfig(more: OurRouteConfig): MethodDecorator {
  return (target, name, descriptor: PropertyDescriptor) => {
    const said = Reflect.getMetadata(KEY, descriptor.value as object) as OurRouteConfig | undefined;
    RouteConfig({ ...said, ...more })(target, name, descriptor);
  };
}

export function routeConfigOf(request: FastifyRequest): OurRouteConfig {
  return request.routeOptions.config as OurRouteConfig;
}
