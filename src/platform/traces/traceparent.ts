/** W3C Trace Context: which request of which system something began with. */
import { randomBytes } from 'node:crypto';

export interface Trace {
  /** 32 hex digits: as the caller has named it, or made here. */
  id: string;
  /** 16 hex digits: of our part in it. */
  span: string;
  sampled: boolean;
}

/** Later versions may say more behind these four fields; this one may not. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Goes on with the trace that a `traceparent` header names; where it names none, or not in its form, another begins here. */
export function traceFrom(header: string | string[] | undefined): Trace {
  const span = randomBytes(8).toString('hex');
  const [, version, id = '', parent = '', flags = '', more] =
    TRACEPARENT.exec(typeof header === 'string' ? header : '') ?? [];
  const wrong =
    version === undefined ||
    version === 'ff' ||
    (version === '00' && more !== undefined) ||
    /^0+$/.test(id) ||
    /^0+$/.test(parent);
  if (wrong) return { id: randomBytes(16).toString('hex'), span, sampled: false };
  return { id, span, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** As it is handed on. */
export function traceparent({ id, span, sampled }: Trace): string {
  return `00-${id}-${span}-${sampled ? '01' : '00'}`;
}

/** The trace's id of what `traceparent` has written. */
export function traceIdOf(written: string): string {
  return written.slice(3, 35);
}
