import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';

export interface Supervision {
  /** Stops watching, runs `stopServer`, and closes the session. Waits for a restart that is under way. */
  end(stopServer: () => Promise<void>): Promise<void>;
}

/**
 * Watches the session that holds the ownership: it ends when the server does (killed, crashed, out of memory), or when the
 * server restarts itself after the crash of one of its processes. Either way the ownership must be taken again.
 */
export function supervise(
  first: Client,
  how: {
    restore(): Promise<Client>;
    /** Whether an error of `restore` cannot be cured by trying again. */
    isFinal(error: unknown): boolean;
    onRetry(error: unknown): void;
    onLost(error: Error): void;
  },
): Supervision {
  let session = first;
  let ending = false;
  let restoring: Promise<void> = Promise.resolve();

  const restore = async (): Promise<void> => {
    for (let pauseMs = 50; !ending; pauseMs = Math.min(2_000, pauseMs * 2)) {
      try {
        session = await how.restore();
        watch();
        return;
      } catch (error) {
        if (how.isFinal(error)) {
          how.onLost(error as Error);
          return;
        }
        how.onRetry(error);
        await delay(pauseMs);
      }
    }
  };
  const watch = (): void => {
    session.once('end', () => {
      if (!ending) restoring = restore();
    });
  };
  watch();

  return {
    async end(stopServer) {
      ending = true;
      await restoring;
      await stopServer();
      await session.end();
    },
  };
}
