import { LedgerUnavailable } from '../port';
import { isTransient } from './transient';

/** A read that failed because the database is away says so in the port's words. */
function inPortsWords(error: unknown): unknown {
  if (!isTransient(error)) return error;
  return new LedgerUnavailable('the ledger cannot be read at the moment', { cause: error });
}

export async function reading<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw inPortsWords(error);
  }
}

/** The same for a stream. What an abort brings about is the caller's own doing and stays what it is. */
export async function* readingEach<T>(stream: AsyncIterable<T>, signal?: AbortSignal): AsyncGenerator<T> {
  try {
    yield* stream;
  } catch (error) {
    throw signal?.aborted ? error : inPortsWords(error);
  }
}
