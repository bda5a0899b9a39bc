/** The copy of the stream in PostgreSQL: index of keys, and what everything reads. Written in the stream's order, block by block. */
import type { Client } from 'pg';
import { GENESIS_HASH, blockHash } from '../integrity/block';
import { merkleRoot } from '../integrity/merkle';
import type { Block, Head } from '../port';
import { readHead } from '../postgres/head';
import { type PreparedFact, leafOfPrepared, prepare } from '../postgres/prepared';
import type { SealedBlock } from '../postgres/sealed-block';
import { copy, lockHead, seal } from '../postgres/write-by-copy';
import { MOVE, StreamBroken, WrongStream } from './broken';
import type { ReadFact } from './events';
import type { LedgerStream } from './stream';

export interface Copied {
  /** Of the copy, as the stream has it. */
  position: number;
  hash: Buffer;
  /** Facts at the stream's end whose block is not whole. */
  rest: number;
}

/**
 * Copies what the stream has beyond the copy, once its last block is found to be the copy's. Any number may do so at once: each block is
 * copied by one of them.
 */
export async function follow(
  client: Client,
  stream: LedgerStream,
  copied: (block: SealedBlock) => void,
  onFact: (position: number) => void = () => undefined,
): Promise<Copied> {
  const head = await readHead(client);
  let { position, hash } = head;
  let isSame = position === 0;
  let block: Block | null = null;
  let facts: PreparedFact[] = [];
  for await (const fact of stream.read(Math.max(0, position - 1))) {
    if (!isSame) {
      assertSame(stream, fact, head);
      isSame = true;
      continue;
    }
    if (facts.length === 0) {
      if (!fact.header)
        throw new StreamBroken(
          `position ${fact.position}: the block does not begin here: ${MOVE}`,
          fact.position,
        );
      block = fact.header;
    }
    facts.push(preparedOf(fact, block));
    onFact(fact.position);
    if (block === null || facts.length < block.count) continue;
    if (await apply(client, block, facts)) copied(block);
    ({ hash } = block);
    ({ position } = fact);
    facts = [];
  }
  if (!isSame) throw endsBefore(stream, await stream.end(), position);
  return { position, hash, rest: facts.length };
}

/** Throws where the stream has another block at the copy's end. */
export function assertSame(stream: LedgerStream, fact: ReadFact, head: Head): void {
  if (fact.seal?.equals(head.hash)) return;
  throw new WrongStream(
    `the stream ${stream.name} does not have what this database has recorded up to position ${head.position}: it is another ledger, ` +
      `or one of them was restored from a backup. Name the stream and the database that belong together, or ${MOVE}`,
    head.position,
  );
}

export function endsBefore(stream: LedgerStream, end: number, position: number): WrongStream {
  return new WrongStream(
    `the stream ${stream.name} ends at position ${end} and its copy at ${position}: it does not have what this database has recorded up to ` +
      `position ${position}. It is another ledger, or was cut or restored; name the right one, or ${MOVE}`,
    position,
  );
}

function preparedOf(fact: ReadFact, block: Block | null): PreparedFact {
  const { position } = fact;
  const prepared = prepare(fact.proposal);
  if (!leafOfPrepared(prepared).equals(fact.leaf))
    throw new StreamBroken(`position ${position}: its bytes do not give its leaf: ${MOVE}`, position);
  if (fact.block !== block?.number)
    throw new StreamBroken(
      `position ${position}: it is not of block ${block?.number ?? '?'}: ${MOVE}`,
      position,
    );
  return prepared;
}

/** Answers whether it was copied by this call. Throws where the block does not continue the copy. */
async function apply(client: Client, block: Block, facts: readonly PreparedFact[]): Promise<boolean> {
  await client.query('BEGIN');
  try {
    const opening = await lockHead(client);
    if (opening.firstPosition > block.firstPosition) {
      await client.query('ROLLBACK');
      return false;
    }
    const previous = (await readHead(client)).hash;
    if (opening.firstPosition !== block.firstPosition || !previous.equals(block.previousHash))
      throw new StreamBroken(
        `position ${block.firstPosition}: the block does not follow what was copied: ${MOVE}`,
        block.firstPosition,
      );
    const hash = await store(client, facts, block);
    if (!hash.equals(block.hash))
      throw new StreamBroken(
        `position ${block.firstPosition}: the block does not give its hash: ${MOVE}`,
        block.firstPosition,
      );
    await client.query('COMMIT');
    return true;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** In a transaction that holds the head lock; answers the block's hash as the database computes it. */
export async function store(
  client: Client,
  facts: readonly PreparedFact[],
  block: Pick<Block, 'number' | 'firstPosition' | 'recordedAt'>,
): Promise<Buffer> {
  const root = await copy(client, facts, block);
  return seal(client, facts.length, block, root);
}

/** The block that these facts become after the copy as it is, recorded at `latest` at the latest. Needs the head lock. */
export async function nextBlock(
  client: Client,
  facts: readonly PreparedFact[],
  latest?: number,
): Promise<Block> {
  const { number, firstPosition, recordedAt } = await lockHead(client, latest);
  const { hash, position } = await readHead(client);
  const block = {
    ...{ number, firstPosition, recordedAt, version: 1 },
    count: facts.length,
    previousHash: position === 0 ? GENESIS_HASH : hash,
    merkleRoot: merkleRoot(facts.map(leafOfPrepared)),
  };
  return { ...block, hash: blockHash(block) };
}
