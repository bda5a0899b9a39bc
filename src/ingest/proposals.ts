import { hash } from 'node:crypto';
import { NEWEST_INSTANT, OLDEST_INSTANT } from '../domain/facts/instant';
import { isPrintable } from '../domain/facts/printable';
import { contentToHash } from '../domain/sources/identity';
import type { Envelope, SourceKind, SourceSettings } from '../domain/sources/source-kind';
import { defaultLimits } from '../ledger/limits';
import type { Proposal } from '../ledger/port';

const NOTHING: Envelope = { type: null, key: null, occurredAt: null };

/** What makes proposals of one source's messages. */
export interface Proposer {
  /** `value` is `text` as `readJson` reads it. */
  message(text: string, value: object): Proposal;
  /** What nothing could be read from: kept as it came. */
  unreadable(content: string | Buffer): Proposal;
}

export function proposer(source: SourceSettings, kind: SourceKind, actor: string): Proposer {
  const propose = (payload: string | Buffer, envelope: Envelope, value: unknown): Proposal => ({
    source: source.name,
    type: envelope.type,
    key: envelope.key,
    occurredAt: envelope.occurredAt,
    payload,
    identity: identityOf(source.name, envelope.key, contentToHash(kind, envelope, value, payload)),
    actor,
  });
  return {
    message: (text, value) => propose(text, storable(kind.envelope(value, source)), value),
    unreadable: (content) => propose(asPayload(content), NOTHING, null),
  };
}

/**
 * SHA-256 over source, business key and content, each closed by a NUL, which neither name can contain. `+` and `-` tell an
 * empty key from none.
 */
function identityOf(source: string, key: string | null, content: string | Uint8Array): Buffer {
  const names = `${source}\0${key === null ? '-' : `+${key}`}\0`;
  if (typeof content === 'string') return hash('sha256', names + content, 'buffer');
  return hash('sha256', Buffer.concat([Buffer.from(names), content]), 'buffer');
}

/** A kind's envelope promises as much; a field that breaks it must not cost the message. */
function storable({ type, key, occurredAt }: Envelope): Envelope {
  return {
    type: isStorable(type, defaultLimits.typeLength) ? type : null,
    key: isStorable(key, defaultLimits.keyLength) ? key : null,
    occurredAt: isInstant(occurredAt) ? occurredAt : null,
  };
}

function isStorable(text: string | null, limit: number): boolean {
  return text === null || (text.length <= limit && isPrintable(text));
}

function isInstant(at: number | null): boolean {
  return at === null || (Number.isInteger(at) && at >= OLDEST_INSTANT && at <= NEWEST_INSTANT);
}

/** PostgreSQL keeps no NUL in a text. */
function asPayload(content: string | Buffer): string | Buffer {
  return typeof content === 'string' && content.includes('\0') ? Buffer.from(content) : content;
}
