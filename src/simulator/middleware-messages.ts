/** What the iPaaS between the systems says about its own work. */
import type { Numbers } from './scene';
import { iso } from './timeline';

export type Entity = 'order' | 'product' | 'customer';

const head = <T extends string>(numbers: Numbers, type: T, at: number) => ({
  id: numbers.next('m-', 1),
  type,
  at: iso(at),
});

export const syncFailed = (
  numbers: Numbers,
  at: number,
  entity: Entity,
  ref: string,
  code: string,
  attempt: number,
) => ({
  ...head(numbers, 'sync.failed', at),
  from: 'prima',
  to: 'scend',
  entity,
  ref,
  error: { code, message: `not accepted: ${ref}` },
  attempt,
});

export const syncSucceeded = (
  numbers: Numbers,
  at: number,
  entity: Entity,
  ref: string,
  attempt: number,
) => ({
  ...head(numbers, 'sync.succeeded', at),
  from: 'prima',
  to: 'scend',
  entity,
  ref,
  attempt,
});

/** Speaks for the whole source: it names no stream. */
export const heartbeat = (numbers: Numbers, at: number, source: 'prima' | 'scend', asOf: number) => ({
  ...head(numbers, 'feed.heartbeat', at),
  source,
  as_of: iso(asOf),
});

export const bulkCompleted = (numbers: Numbers, at: number, job: string, skus: string[]) => ({
  ...head(numbers, 'bulk.completed', at),
  from: 'prima',
  to: 'scend',
  job,
  skus,
  throttled: false,
});
