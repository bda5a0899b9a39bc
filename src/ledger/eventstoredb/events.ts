/**
 * A block as events, one for each fact, appended in one write: the event's number is the fact's position less one. The first of a
 * block has the block in its metadata, the others its number, and the last its hash. Data are the bytes as received.
 */
import { hash } from 'node:crypto';
import { type EventData, type RecordedEvent, binaryEvent } from '@eventstore/db-client';
import { readInstant } from '../integrity/wire';
import { z } from 'zod';
import type { Block, Proposal } from '../port';
import { MOVE, StreamBroken } from './broken';
import { type PreparedFact, closedFields, leafOfPrepared } from '../postgres/prepared';

/** A server takes 1 MiB in one write unless it is told otherwise; some of it is the protocol's. */
export const APPEND_BYTES = 960 * 1024;
/** What an event needs beyond its data, its metadata and the texts in them. */
const EVENT_BYTES = 200;
export const CHUNK_BYTES = 768 * 1024;
export const FACT = 'fact';
export const CHUNK = 'chunk';

const hashText = z.base64().length(44);
const whole = z.int().min(0);
const headerSchema = z.object({
  number: whole,
  count: whole,
  recordedAt: z.int(),
  previous: hashText,
  root: hashText,
  hash: hashText,
  version: whole,
});

/** Names are short: there is one for each fact. */
const metadataSchema = z.object({
  /** Position in the block. */
  i: whole,
  block: z.union([whole, headerSchema]),
  source: z.string(),
  type: z.string().nullable(),
  key: z.string().nullable(),
  occurredAt: z.int().nullable(),
  actor: z.string(),
  /** Base64, as all that follow. */
  identity: hashText,
  leaf: hashText,
  /** The payload is bytes and no text. */
  raw: z.literal(true).optional(),
  /** The payload is too large for an event: it is in a stream of its own, in so many chunks. */
  large: z.object({ stream: z.string(), chunks: whole }).optional(),
  /** Of the block, in its last event: what whoever appends after it must have, too. */
  seal: hashText.optional(),
});
type Metadata = z.output<typeof metadataSchema>;
type Header = z.output<typeof headerSchema>;

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
      metadata: {
        ...metadata,
        i: from + i,
        block: from + i === 0 ? header : block.number,
        ...(from + i === block.count - 1 && { seal: header.hash }),
      },
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

/** An event as it came, unless it is none of ours: then what is wrong with it is thrown. */
export interface ReadFact {
  position: number;
  /** Place in its block. */
  index: number;
  /** Of the first of a block; null: of another. */
  header: Block | null;
  block: number;
  proposal: Proposal;
  leaf: Buffer;
  large: Metadata['large'] | null;
  /** The block's hash, of its last fact. */
  seal: Buffer | null;
}

/** Throws `StreamBroken` where the event is no fact that this ledger has written. */
export function factOf(event: RecordedEvent): ReadFact {
  const position = Number(event.revision) + 1;
  const parsed = event.type === FACT && !event.isJson ? metadataSchema.safeParse(event.metadata) : null;
  if (!parsed?.success || !(event.data instanceof Uint8Array))
    throw new StreamBroken(
      `position ${position}: the event is no fact, but of the type ${JSON.stringify(event.type.slice(0, 100))}` +
        `${event.type === FACT ? ' with other content' : ''}: others write to the stream ${event.streamId}. Take the right to append from them, then ${MOVE}`,
      position,
    );
  const { source, type, key, occurredAt, actor, identity, leaf, raw, large = null, seal } = parsed.data;
  const data = Buffer.from(event.data);
  const bytes = (text: string) => Buffer.from(text, 'base64');
  const header = typeof parsed.data.block === 'object' ? parsed.data.block : null;
  return {
    position,
    index: parsed.data.i,
    header: header && {
      ...header,
      firstPosition: position,
      previousHash: bytes(header.previous),
      merkleRoot: bytes(header.root),
      hash: bytes(header.hash),
    },
    block: header?.number ?? Number(parsed.data.block),
    proposal: {
      ...{ source, type, key, occurredAt, actor },
      identity: bytes(identity),
      payload: raw ? data : data.toString(),
    },
    leaf: bytes(leaf),
    large,
    seal: seal === undefined ? null : bytes(seal),
  };
}
