import type { Client } from 'pg';
import type { PreparedFact } from '../postgres/prepared';
import type { WriteBlock } from '../postgres/record';
import { findRepeats } from '../postgres/repeats';
import type { SealedBlock, WriteResult } from '../postgres/sealed-block';
import { StreamBroken, follow, nextBlock, store } from './copy';
import { readHead } from '../postgres/head';
import type { LedgerStream } from './stream';

/**
 * Appends a block to the stream when, and only when, the copy has been read up to its end: so what the copy does not know is
 * not recorded. The head lock of the copy keeps writers on one database from running into one another; writers on others are
 * told by the stream's revision, and read on.
 */
export function writerTo(stream: LedgerStream, copied: (block: SealedBlock) => void): WriteBlock {
  return async (client, facts, _, latest) => {
    for (let before = -1; ;) {
      await follow(client, stream, copied);
      const { position } = await readHead(client);
      // Another was first, and yet there was nothing to be copied.
      if (position === before) throw new StreamBroken(await whyNot(stream, position));
      before = position;
      const result = await attempt(client, stream, facts, latest);
      if (result) return result;
    }
  };
}

async function whyNot(stream: LedgerStream, position: number): Promise<string> {
  const end = await stream.end();
  return end < position
    ? `the stream ends at position ${end} and its copy at ${position}: it is another ledger, or was cut; \`tallystick copy-ledger\` moves one`
    : `the stream goes on to position ${end} with a block that is not whole: \`tallystick copy-ledger\` was interrupted, let it end`;
}

/** Null: the stream has more than the copy. */
async function attempt(
  client: Client,
  stream: LedgerStream,
  facts: readonly PreparedFact[],
  latest: number,
): Promise<WriteResult | null> {
  await client.query('BEGIN');
  try {
    const block = await nextBlock(client, facts, latest);
    const repeats = await findRepeats(client, facts);
    const appended = repeats === null && (await stream.append(block, facts));
    if (!appended) {
      await client.query('ROLLBACK');
      return repeats;
    }
    // From here on the block is recorded: whatever fails, it is copied from the stream.
    await store(client, facts, block);
    await client.query('COMMIT');
    return { sealed: block };
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
