import type { FastifyRequest } from 'fastify';
import type { Trace } from '../traces/traceparent';

const traces = new WeakMap<object, Trace>();

/** The trace that a request is part of; undefined where the server keeps none. */
export function traceOf(request: FastifyRequest): Trace | undefined {
  return traces.get(request);
}

export function rememberTrace(request: FastifyRequest, trace: Trace): void {
  traces.set(request, trace);
}
