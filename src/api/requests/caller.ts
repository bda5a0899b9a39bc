import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { actorOf } from '../../platform/http/auth';
import { badRequest } from '../../platform/http/errors';

/** Who asks for a change, and the key by which he makes repeating it safe. */
export interface Caller {
  actor: string;
  /** Whether a key says so. */
  verified: boolean;
  idempotencyKey: string | null;
}

export const FromCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const { name: actor, verified } = actorOf(request);
  return { actor, verified, idempotencyKey: keyOf(request.headers['idempotency-key']) };
});

function keyOf(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  if (typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw badRequest(
    'idempotency-key-invalid',
    'The idempotency key is not valid',
    'Idempotency-Key must be 1 to 255 visible ASCII characters.',
  );
}
