/** The copy of the stream in PostgreSQL: index of keys, and what everything reads. Written in the stream's order, block by block. */
import type { Client } from 'pg';
import { GENESIS_HASH, blockHash } from '../integrity/block';
import { merkleRoot } from '../integrity/merkle';
import type { Block } from '../port';
import { readHead } from '../postgres/head';
import { type PreparedFact, leafOfPrepared, prepare } from '../postgres/prepared';
import type { SealedBlock } from '../postgres/sealed-block';
import { copy, lockHead, seal } from '../postgres/write-by-copy';
import type { ReadFact } from './events';
import type { LedgerStream } from './stream';

/** The stream does not say what it must; nothing of it is copied from there on. */
export class StreamBroken extends Error {}

/** Copies what the stream has beyond the copy. Any number may do so at once: each block is copied by one of them. */
export async function follow(
  client: Client,
  stream: LedgerStream,
  copied: (block: SealedBlock) => void,
): Promise<void> {
  const head = await readHead(client);
  let block: Block | null = null;
  let facts: PreparedFact[] = [];
  for await (const fact of stream.read(head.position)) {
    if (facts.length === 0) {
      if (!fact.header) throw new StreamBroken(`position ${fact.position}: the block does not begin here`);
      block = fact.header;
    }
    facts.push(preparedOf(fact, block));
    if (block === null || facts.length < block.count) continue;
    if (await apply(client, block, facts)) copied(block);
    facts = [];
  }
}

function preparedOf(fact: ReadFact, block: Block | null): PreparedFact {
  const prepared = prepare(fact.proposal);
  if (!leafOfPrepared(prepared).equals(fact.leaf))
    throw new StreamBroken(`position ${fact.position}: its bytes do not give its leaf`);
  if (fact.block !== block?.number)
    throw new StreamBroken(`position ${fact.position}: it is not of block ${block?.number ?? '?'}`);
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
      throw new StreamBroken(`position ${block.firstPosition}: the block does not follow what was copied`);
    const hash = await store(client, facts, block);
    if (!hash.equals(block.hash))
      throw new StreamBroken(`position ${block.firstPosition}: the block does not give its hash`);
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
