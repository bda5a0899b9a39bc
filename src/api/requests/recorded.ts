import { type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type Observable, map } from 'rxjs';

/** What an act answers, and where it is in the ledger; null where nothing new was recorded. */
export interface Recorded<T> {
  answer: T;
  position: number | null;
  /** Whether the answer shows it already. */
  visible: boolean;
}

/** `Tallystick-Position` for whoever wants to read what was recorded, and 202 where the answer does not show it yet. */
export class RecordedInterceptor<T> implements NestInterceptor<Recorded<T>, T> {
  intercept(context: ExecutionContext, next: CallHandler<Recorded<T>>): Observable<T> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      map(({ answer, position, visible }) => {
        if (position !== null) void reply.header('tallystick-position', String(position));
        if (!visible) void reply.code(202);
        return answer;
      }),
    );
  }
}
