import { SetMetadata } from '@nestjs/common';
import type { KeyConfig } from '../../config';

export type Role = KeyConfig['role'];

/** Who may call a route. */
export type Access =
  | { kind: 'public' }
  /** `loopback`: also callers on this machine, without a key. */
  | { kind: 'roles'; roles: readonly Role[]; loopback: boolean };

export const ACCESS = 'tallystick:access';

/** The route is open to keys of any of these roles; admin may do everything, an operator may also read. */
export const Roles = (...roles: [Role, ...Role[]]) =>
  SetMetadata(ACCESS, { kind: 'roles', roles, loopback: false } satisfies Access);

/** For what a scraper on the same machine may read without a key. */
export const RolesOrLoopback = (...roles: [Role, ...Role[]]) =>
  SetMetadata(ACCESS, { kind: 'roles', roles, loopback: true } satisfies Access);

/** Health checks, and webhooks, which are authenticated by their signature. */
export const Public = () => SetMetadata(ACCESS, { kind: 'public' } satisfies Access);

/** A route that says nothing: reading needs a reader, anything else an admin. */
export function defaultAccess(method: string): Access {
  const safe = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
  return { kind: 'roles', roles: [safe ? 'reader' : 'admin'], loopback: false };
}

export function isAllowed(role: Role, wanted: readonly Role[]): boolean {
  if (role === 'admin') return true;
  return wanted.includes(role) || (role === 'operator' && wanted.includes('reader'));
}
