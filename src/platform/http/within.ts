import { unavailable } from './errors';
import type { ApiError } from './errors';

/** A caller waits 10 s in all, the way to him included. */
export const ANSWER_WITHIN_MS = 9_500;

export function tookTooLong(cause?: unknown): ApiError {
  const detail =
    'The database did not answer in time. What only reads can be sent again; what changes something may still take effect, so look first.';
  return unavailable('timed-out', 'The answer took too long', detail, 5, cause);
}

/** What `work` comes to, or a refusal once `ms` are over; then it goes on, and nobody is told how it ends. */
export async function within<T>(
  work: Promise<T>,
  ms: number,
  refusal: () => Error = tookTooLong,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(refusal()), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
