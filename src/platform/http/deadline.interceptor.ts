import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Observable, throwError, timeout } from 'rxjs';
import { routeConfig, routeConfigOf } from './route-config';
import { ANSWER_WITHIN_MS, tookTooLong } from './within';

/** For a route that is long by design: its own limit, or null where the handler keeps one for each thing that it waits for. */
export const AnswersWithin = (answerMs: number | null) => routeConfig({ answerMs });

/** Answers 503 when a handler has not answered in time. What it has begun goes on; its statements have limits of their own. */
export class DeadlineInterceptor implements NestInterceptor {
  constructor(private readonly answerMs = ANSWER_WITHIN_MS) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { answerMs = this.answerMs } = routeConfigOf(request);
    if (answerMs === null) return next.handle();
    return next.handle().pipe(timeout({ first: answerMs, with: () => throwError(() => tookTooLong()) }));
  }
}
