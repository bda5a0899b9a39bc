import type { FastifyRequest } from 'fastify';
import type { Role } from '../route-config';

export interface Actor {
  /** A key's name, or `local:unverified`. What the ledger records. */
  name: string;
  role: Role;
  /** False without keys: four-eyes never accepts such an actor. */
  verified: boolean;
  /** Sources the key may use; null: all. */
  sources: readonly string[] | null;
}

/** Everybody on this machine, where no keys are configured. */
export const localActor: Actor = { name: 'local:unverified', role: 'admin', verified: false, sources: null };

const actors = new WeakMap<object, Actor>();

/** Who sent a request that the guard has let through. Throws on a public route: nobody is known there. */
export function actorOf(request: FastifyRequest): Actor {
  const actor = actors.get(request);
  if (!actor) throw new Error('actorOf was asked on a route without an actor');
  return actor;
}

export function rememberActor(request: FastifyRequest, actor: Actor): void {
  actors.set(request, actor);
}
