import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Ctrl-C reaches every process of the terminal, and npm passes on what it got itself: so soon after the first it is the same one. */
const REPEAT_MS = 1_000;

/**
 * Tells `ask` once that the process is asked to end. A later signal does not wait: it ends the process as the signal would
 * have. Returns a function that removes the handlers.
 */
export function onceAsked(ask: (signal: NodeJS.Signals) => void): () => void {
  let askedAt: number | null = null;
  const remove = (): void => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (askedAt === null) {
      askedAt = now;
      ask(signal);
    } else if (now - askedAt > REPEAT_MS) {
      remove();
      process.kill(process.pid, signal);
    }
  };
  for (const signal of signals) process.on(signal, onSignal);
  return remove;
}

/** Runs `stop` once when the process is asked to end, and then ends it: with code 0, or 1 when `stop` rejects. */
export function stopOnSignal(
  stop: (signal: NodeJS.Signals) => Promise<void>,
  onError: (error: unknown) => void,
): () => void {
  return onceAsked((signal) => {
    stop(signal).then(
      () => process.exit(0),
      (error: unknown) => {
        onError(error);
        process.exit(1);
      },
    );
  });
}

/** What a command was doing when it was asked to end is not done, or not wholly. */
export class Interrupted extends Error {
  readonly code = 'interrupted';
  /** As a shell tells it: 128 and the signal's number. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals, left?: string) {
    super(left === undefined ? 'interrupted' : `interrupted; ${left}`);
    this.name = 'Interrupted';
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Rejects with the signal's reason when it is aborted. Without a signal it never settles. */
export function aborted(signal: AbortSignal | undefined): Promise<never> {
  const promise = new Promise<never>((_resolve, reject) => {
    const abort = (): void => reject(signal?.reason as Error);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
  // Whoever waits for it is told; where nobody does any more, nobody needs to be.
  promise.catch(() => undefined);
  return promise;
}
