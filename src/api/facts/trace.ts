import { traceIdOf } from '../../platform/traces/traceparent';

/** The id of a fact's trace, of what `tracesOf` has answered. */
export function traceOfFact(traces: ReadonlyMap<number, string>, position: number): string | null {
  const found = traces.get(position);
  return found === undefined ? null : traceIdOf(found);
}
