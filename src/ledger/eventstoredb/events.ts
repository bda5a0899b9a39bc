/**
 * A block as events, one for each fact, appended in one write: the event's number is the fact's position less one. The first of a
 * block has the block in its metadata, the others its number. Data are the bytes as received.
 */
import { hash } from 'node:crypto';
import { type EventData, type RecordedEvent, binaryEvent } from '@eventstore/db-client';
import { readInstant } from '../integrity/wire';
import type { Block, Proposal } from '../port';
import { type PreparedFact, closedFields, leafOfPrepared } from '../postgres/prepared';

/** A server takes 1 MiB in one write unless it is told otherwise; some of it is the protocol's. */
export const APPEND_BYTES = 960 * 1024;
/** What an event needs beyond its data, its metadata and the texts in them. */
const EVENT_BYTES = 200;
export const CHUNK_BYTES = 768 * 1024;
export const FACT = 'fact';
export const CHUNK = 'chunk';

/** Names are short: there is one for each fact. */
interface Metadata {
  /** Position in the block. */
  i: number;
  block: number | Header;
  source: string;
  type: string | null;
  key: string | null;
  occurredAt: number | null;
  actor: string;
  /** Base64, as all that follow. */
  identity: string;
  leaf: string;
  /** The payload is bytes and no text. */
  raw?: true;
  /** The payload is too large for an event: it is in a stream of its own, in so many chunks. */
  large?: { stream: string; chunks: number };
}

interface Header {
  number: number;
  count: number;
  recordedAt: number;
  previous: string;
  root: string;
  hash: string;
  version: number;
}

/** A payload that goes into a stream of its own before its fact is appended. */
export interface Large {
  stream: string;
  payload: Buffer;
}

/** @param from how many facts of the block come before these */
export function eventsOf(
  block: Block,
  facts: readonly PreparedFact[],
  stream: string,
  from = 0,
): { events: EventData[]; large: Large[] } {
  const large: Large[] = [];
  const fields = facts.map((fact) => fieldsOf(fact));
  const sizes = fields.map(({ metadata, payload }) => sizeOf(metadata) + payload.length);
  let total = sizes.reduce((sum, size) => sum + size, 0);
  // The largest first, until the rest fits into one write.
  for (const index of [...sizes.keys()].sort((a, b) => (sizes[b] as number) - (sizes[a] as number))) {
    const own = fields[index] as (typeof fields)[number];
    if (total <= APPEND_BYTES) break;
    const name = `${stream}-payload-${hash('sha256', own.payload)}`;
    large.push({ stream: name, payload: own.payload });
    total -= own.payload.length;
    own.metadata.large = { stream: name, chunks: Math.ceil(own.payload.length / CHUNK_BYTES) };
    own.payload = Buffer.alloc(0);
  }
  const header = headerOf(block);
  const events = fields.map(({ metadata, payload }, i) =>
    binaryEvent({
      id: eventId(block.hash, from + i),
      type: FACT,
      data: payload,
      metadata: { ...metadata, i: from + i, block: from + i === 0 ? header : block.number },
    }),
  );
  return { events, large };
}

/** The same event of the same block has the same id: a server that has it takes it for what it has. */
export function eventId(seed: Buffer, index: number): string {
  const bytes = hash('sha256', Buffer.concat([seed, Buffer.from(String(index))]), 'buffer').subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Of the metadata alone, as UTF-8; exact enough to keep a write within its bound. */
function sizeOf({ source, type, key, actor }: Metadata): number {
  return EVENT_BYTES + 300 + Buffer.byteLength(`${source}${type ?? ''}${key ?? ''}${actor}`) * 2;
}

function fieldsOf(fact: PreparedFact): { metadata: Metadata; payload: Buffer } {
  const [occurredAt, source, type, key, actor, identity, text, raw] = closedFields(fact);
  const bytes = (field: Buffer | undefined) =>
    field === undefined || field.length === 4 ? null : field.subarray(4);
  const nullable = (field: Buffer | undefined) =>
    field === undefined || field.readInt32BE(0) < 0 ? null : field.subarray(4).toString();
  return {
    metadata: {
      i: 0,
      block: 0,
      source: nullable(source) ?? '',
      type: nullable(type),
      key: nullable(key),
      occurredAt: occurredAt && occurredAt.readInt32BE(0) > 0 ? readInstant(occurredAt, 4) : null,
      actor: nullable(actor) ?? '',
      identity: (bytes(identity) ?? Buffer.alloc(0)).toString('base64'),
      leaf: leafOfPrepared(fact).toString('base64'),
      ...(text && text.readInt32BE(0) >= 0 ? {} : { raw: true }),
    },
    payload: bytes(text) ?? bytes(raw) ?? Buffer.alloc(0),
  };
}

function headerOf({
  number,
  count,
  recordedAt,
  previousHash,
  merkleRoot,
  hash: own,
  version,
}: Block): Header {
  const text = (bytes: Buffer) => bytes.toString('base64');
  return {
    number,
    count,
    recordedAt,
    previous: text(previousHash),
    root: text(merkleRoot),
    hash: text(own),
    version,
  };
}

/** An event as it came, unless it is none of ours: then what is wrong with it. */
export interface ReadFact {
  position: number;
  /** Of the first of a block; null: of another. */
  header: Block | null;
  block: number;
  proposal: Proposal;
  leaf: Buffer;
  large: Metadata['large'] | null;
}

export class NoFact extends Error {}

export function factOf(event: RecordedEvent): ReadFact {
  const position = Number(event.revision) + 1;
  const metadata = event.metadata as unknown as Metadata | undefined;
  if (event.type !== FACT || typeof metadata?.identity !== 'string')
    throw new NoFact(`position ${position}: the event is no fact, but of the type ${event.type}`);
  const { source, type, key, occurredAt, actor, identity, leaf, raw, large = null } = metadata;
  const data = Buffer.from(event.data as unknown as Uint8Array);
  const bytes = (text: string) => Buffer.from(text, 'base64');
  const header = typeof metadata.block === 'object' ? metadata.block : null;
  return {
    position,
    header: header && {
      ...header,
      firstPosition: position,
      previousHash: bytes(header.previous),
      merkleRoot: bytes(header.root),
      hash: bytes(header.hash),
    },
    block: header?.number ?? Number(metadata.block),
    proposal: {
      ...{ source, type, key, occurredAt, actor },
      identity: bytes(identity),
      payload: raw ? data : data.toString(),
    },
    leaf: bytes(leaf),
    large,
  };
}
