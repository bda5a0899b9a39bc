import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { LedgerStopped } from '../port';
import { readHead } from '../postgres/head';
import type { PreparedFact } from '../postgres/prepared';
import type { WriteBlock } from '../postgres/record';
import { findRepeats } from '../postgres/repeats';
import type { WriteResult } from '../postgres/sealed-block';
import type { Copier } from './copier';
import { assertSame, endsBefore, nextBlock, store } from './copy';
import type { StreamHealth } from './health';
import { mendRepeats } from './mend';
import type { Session } from './session';
import type { LedgerStream } from './stream';

const LOOKS = 4;
const LOOK_AGAIN_MS = 50;

export interface WriterParts {
  stream: LedgerStream;
  copier: Copier;
  session: Session;
  health: StreamHealth;
}

/**
 * Appends a block to the stream when, and only when, the copy has been read up to its end: so what the copy does not know is
 * not recorded. The head lock of the copy keeps writers on one database from running into one another; writers on others are
 * told by the stream's revision, and read on.
 */
export function writerTo(parts: WriterParts): WriteBlock {
  const { copier, session, health } = parts;
  return async (client, facts, _, latest) => {
    health.assertWhole();
    try {
      for (;;) {
        const result = await attempt(client, parts, facts, latest);
        if (typeof result === 'number') await copier.upTo(result);
        else {
          if ('repeats' in result) await mendRepeats(client, parts.stream, facts, result.repeats);
          return result;
        }
      }
    } catch (error) {
      session.forget();
      copier.disowns();
      // Whatever else it is, whoever follows finds it, too, and finds it mended.
      if (error instanceof LedgerStopped) health.failed('follower', error);
      throw error;
    }
  };
}

/** A number: the stream ends there, beyond the copy. */
async function attempt(
  client: Client,
  { stream, session, copier, health }: WriterParts,
  facts: readonly PreparedFact[],
  latest: number,
): Promise<WriteResult | number> {
  await client.query('BEGIN');
  try {
    const block = await nextBlock(client, facts, latest);
    if (!session.knows(block.previousHash)) {
      const end = await agreed(stream, client);
      if (end !== null) {
        await client.query('ROLLBACK');
        return end;
      }
      session.know(block.previousHash);
    }
    const repeats = await findRepeats(client, facts);
    if (repeats !== null) {
      await client.query('ROLLBACK');
      return repeats;
    }
    return await copier.owns(block.firstPosition + block.count - 1, async () => {
      const end = await stream.append(block, facts).catch((error: unknown) => {
        health.failed('writer', error);
        throw error;
      });
      if (end === null) {
        health.succeeded('writer');
        session.know(block.hash);
        // From here on the block is recorded: whatever fails, it is copied from the stream.
        await store(client, facts, block);
        await client.query('COMMIT');
        return { sealed: block };
      }
      copier.disowns();
      await client.query('ROLLBACK');
      if (end < block.firstPosition - 1) throw endsBefore(stream, end, block.firstPosition - 1);
      return end;
    });
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Null where the stream ends with the copy's last block, as far as can be seen; where it is empty and the copy is not, it throws. */
async function agreed(stream: LedgerStream, client: Client): Promise<number | null> {
  const head = await readHead(client);
  if (head.position === 0) {
    const end = await stream.end();
    return end === 0 ? null : end;
  }
  // What another writer has appended just now may not be readable yet.
  for (let looks = 1; ; looks += 1) {
    const fact = await stream.at(head.position);
    if (fact) assertSame(stream, fact, head);
    if (fact) return null;
    if (looks === LOOKS) throw endsBefore(stream, await stream.end(), head.position);
    await delay(LOOK_AGAIN_MS);
  }
}
