const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `stop` once when the process is asked to end, and then ends it: with code 0, or 1 when `stop` rejects. A second
 * signal does not wait: it ends the process as the signal would have. Returns a function that removes the handlers.
 */
export function stopOnSignal(
  stop: (signal: NodeJS.Signals) => Promise<void>,
  onError: (error: unknown) => void,
): () => void {
  let stopping = false;
  const remove = (): void => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) {
      remove();
      process.kill(process.pid, signal);
      return;
    }
    stopping = true;
    stop(signal).then(
      () => process.exit(0),
      (error: unknown) => {
        onError(error);
        process.exit(1);
      },
    );
  };
  for (const signal of signals) process.on(signal, onSignal);
  return remove;
}
