/** Payloads that are too large for an event: each in a stream of its own, named by its content. */
import {
  START,
  NO_STREAM,
  WrongExpectedVersionError,
  binaryEvent,
  BACKWARDS,
  END,
} from '@eventstore/db-client';
import { hash, randomUUID } from 'node:crypto';
import type { Access } from './access';
import { StreamBroken } from './broken';
import { CHUNK, CHUNK_BYTES, type Large, type ReadFact, eventId } from './events';

/** By content: whoever wrote a part of it has written the same. */
export async function putLarge(of: Access, { stream, payload }: Large): Promise<void> {
  // What was deleted is not written again under its old ids: the server would take it for a repeat.
  const [described] = await of.events(`$$${stream}`, {
    fromRevision: END,
    direction: BACKWARDS,
    maxCount: 1,
  });
  if (described) return mendLarge(of, { stream, payload });
  const seed = hash('sha256', payload, 'buffer');
  for (const [i, data] of chunksOf(payload).entries()) {
    const event = binaryEvent({ id: eventId(seed, i), type: CHUNK, data });
    const expectedRevision = i === 0 ? NO_STREAM : BigInt(i - 1);
    try {
      await of.client.appendToStream(stream, event, { ...of.options, expectedRevision });
    } catch (error) {
      if (!(error instanceof WrongExpectedVersionError)) throw error;
    }
  }
}

/** Writes a payload again whose stream was deleted. */
export async function mendLarge(of: Access, { stream, payload }: Large): Promise<void> {
  const chunks = chunksOf(payload);
  if ((await readLarge(of, stream, chunks.length)).equals(payload)) return;
  for (const data of chunks) {
    const event = binaryEvent({ id: randomUUID(), type: CHUNK, data });
    await of.client.appendToStream(stream, event, { ...of.options, expectedRevision: 'any' });
  }
}

/** Into the fact; throws where it is missed. */
export async function fetchLarge(
  of: Access,
  { position, proposal }: ReadFact,
  { stream, chunks }: { stream: string; chunks: number },
): Promise<void> {
  const bytes = await readLarge(of, stream, chunks);
  if (hash('sha256', bytes) !== stream.slice(-64))
    throw new StreamBroken(
      `position ${position}: its payload is missing, the stream ${stream} was deleted or cut: send the message again to a service whose ` +
        'database has the fact, which writes it anew',
      position,
    );
  proposal.payload = typeof proposal.payload === 'string' ? bytes.toString() : bytes;
}

/** A stream that was deleted and written again begins with its new chunks. */
async function readLarge(of: Access, stream: string, chunks: number): Promise<Buffer> {
  const events = await of.events(stream, { fromRevision: START, maxCount: chunks });
  return Buffer.concat(events.map(({ data }) => (data instanceof Uint8Array ? data : Buffer.alloc(0))));
}

function chunksOf(payload: Buffer): Buffer[] {
  const count = Math.ceil(payload.length / CHUNK_BYTES);
  return Array.from({ length: count }, (_, i) => payload.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES));
}
