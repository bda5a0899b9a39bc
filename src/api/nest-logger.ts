import type { LoggerService } from '@nestjs/common';
import type { Log } from '../platform/logging';

/** What Nest has to say, in our log. Its chatter about modules and routes is for debugging. */
export class NestLogger implements LoggerService {
  private readonly log_: Log;

  constructor(log: Log) {
    this.log_ = log.child({ component: 'nest' });
  }

  log(message: unknown, context?: unknown): void {
    this.log_.debug({ context }, String(message));
  }

  debug(message: unknown, context?: unknown): void {
    this.log_.debug({ context }, String(message));
  }

  verbose(message: unknown, context?: unknown): void {
    this.log_.trace({ context }, String(message));
  }

  warn(message: unknown, context?: unknown): void {
    this.log_.warn({ context }, String(message));
  }

  error(message: unknown, ...details: unknown[]): void {
    this.log_.error({ details }, String(message));
  }

  fatal(message: unknown, ...details: unknown[]): void {
    this.log_.fatal({ details }, String(message));
  }
}
