import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Observable, catchError } from 'rxjs';
import { notReady, notYetVisible } from '../refusals';
import { CheckpointWatch } from './checkpoint-watch';

export const VISIBLE_WITHIN_MS = 5_000;

/**
 * invalid_schema_name, undefined_table, undefined_column, and ours: the live generation comes with the projector's first start,
 * and one that an earlier release has made may lack what this one reads until another takes its place.
 */
const NO_GENERATION = new Set(['3F000', '42P01', '42703', 'nothing-in-force']);

/**
 * `?minPosition=` of any read waits, bounded, so that who has just recorded something reads what he wrote; and a read model
 * that does not exist yet is said to be not ready.
 */
@Injectable()
export class ReadModelInterceptor implements NestInterceptor {
  constructor(private readonly checkpoint: CheckpointWatch) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const position = request.method === 'GET' ? wanted(request.query) : null;
    if (position !== null && !(await this.reached(position))) throw notYetVisible(position);
    return next.handle().pipe(
      catchError((error: unknown) => {
        throw explained(error);
      }),
    );
  }

  private async reached(position: number): Promise<boolean> {
    try {
      return await this.checkpoint.reached(position, VISIBLE_WITHIN_MS);
    } catch (error) {
      throw explained(error);
    }
  }
}

function explained(error: unknown): unknown {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && NO_GENERATION.has(code) ? notReady() : error;
}

/** What is no position is refused by the parameters' schema, which comes after this. */
function wanted(query: unknown): number | null {
  const text = (query as { minPosition?: unknown } | null)?.minPosition;
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
