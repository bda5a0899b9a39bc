/** A route that answers a list: JSON `{items, nextCursor}`, or CSV or NDJSON of its items by `Accept`. */
import {
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  UseInterceptors,
  applyDecorators,
} from '@nestjs/common';
import { ApiProduces } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Observable, map } from 'rxjs';
import { toCsv } from './csv';
import { preferredFormat } from './format';
import type { Page } from './page';

type Columns = readonly string[] | ((query: unknown) => readonly string[]);

class ListInterceptor implements NestInterceptor<Page<unknown>> {
  constructor(private readonly columns: Columns) {}

  intercept(context: ExecutionContext, next: CallHandler<Page<unknown>>): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    void reply.header('vary', 'accept');
    const format = preferredFormat(request.headers.accept);
    return next
      .handle()
      .pipe(map((page) => (format === 'json' ? page : this.text(page, format, request, reply))));
  }

  private text(page: Page<unknown>, format: 'csv' | 'ndjson', request: FastifyRequest, reply: FastifyReply) {
    if (page.nextCursor !== null)
      void reply.header('link', `<${nextPage(request, page.nextCursor)}>; rel="next"`);
    if (format === 'csv') {
      void reply.header('content-type', 'text/csv; charset=utf-8; header=present');
      const { columns } = this;
      return toCsv(typeof columns === 'function' ? columns(request.query) : columns, page.items);
    }
    void reply.header('content-type', 'application/x-ndjson; charset=utf-8');
    return page.items.map((item) => `${JSON.stringify(item)}\n`).join('');
  }
}

/** Neither form has room for the cursor, so the next page is told as RFC 8288 has it. */
function nextPage(request: FastifyRequest, cursor: string): string {
  const url = new URL(request.url, 'http://localhost');
  url.searchParams.set('cursor', cursor);
  return `${url.pathname}${url.search}`;
}

/** @param columns paths of an item (`subject.kind`) that the CSV has, in their order; by the checked query where they vary */
export function Listed(columns: Columns): MethodDecorator {
  return applyDecorators(
    UseInterceptors(new ListInterceptor(columns)),
    ApiProduces('application/json', 'text/csv', 'application/x-ndjson'),
  );
}
