/** A fact of the ledger in canonical words: pure, and the same for live and for replay. */
import { mapped } from '../domain/mapping/apply';
import type { Mappings } from '../domain/mapping/mappings';
import type { SourceMapping } from '../domain/mapping/source-mapping';
import { readJson } from '../domain/sources/json';
import { kindFor } from '../domain/sources/registry';
import type { SourceKind, SourceSettings, Translation } from '../domain/sources/source-kind';
import { foldFailed } from '../domain/sources/fold-failed';
import { type OwnMessage, readOwnMessage } from '../domain/sources/tallystick/messages';
import { type BriefFact, briefHash } from '../ledger/fact-rows';
import type { Fact } from '../ledger/port';
import type { Readable } from './engine/records';

/** The source under which Tallystick records what it does itself. */
export const OWN_SOURCE = 'tallystick';

export function readable(fact: Fact, source: SourceSettings | undefined, mapping: Mappings): Readable {
  const { position, source: name, type, key, occurredAt, recordedAt, payload, identity } = fact;
  const hash = briefHash(identity);
  return translate(
    { position, source: name, type, key, occurredAt, recordedAt, payload, hash },
    source,
    mapping,
  );
}

/** What reads the facts of one source, as it is known now. */
export interface Reader {
  kind: SourceKind | undefined;
  settings: SourceSettings | undefined;
  /** Null: they stay the very objects that they are. */
  words: SourceMapping | null;
}

/** Of the source `name`; undefined where it is not configured. */
export function readerOf(name: string, source: SourceSettings | undefined, mapping: Mappings): Reader {
  const settings = source && mapping.reading(source);
  const kind = name === OWN_SOURCE ? kindFor({ kind: OWN_SOURCE }) : settings && kindFor(settings);
  return { kind, settings, words: source ? mapping.of(source) : null };
}

export function translate(fact: BriefFact, source: SourceSettings | undefined, mapping: Mappings): Readable {
  return translateBy(fact, readerOf(fact.source, source, mapping));
}

export function translateBy(fact: BriefFact, { kind, settings, words }: Reader): Readable {
  const readable: Readable = {
    position: fact.position,
    source: fact.source,
    kind: kind?.kind ?? 'unknown',
    stream: kind?.streamOf(fact.type) ?? 'unknown',
    type: fact.type,
    key: fact.key,
    occurredAt: fact.occurredAt,
    recordedAt: fact.recordedAt,
    hash: fact.hash,
    bytes: fact.payload.length,
    translation: UNKNOWN_SOURCE,
    own: null,
  };
  if (!kind) return readable;
  if (kind.kind === OWN_SOURCE) return own(readable, fact.payload);
  try {
    // A kind that is not our own is that of a source.
    const translation = read(fact.payload, kind, settings as SourceSettings);
    readable.translation = words === null ? translation : mapped(translation, words);
  } catch (error) {
    readable.translation = foldFailed(error);
  }
  return readable;
}

function read(payload: string | Buffer, kind: SourceKind, source: SourceSettings): Translation {
  if (typeof payload !== 'string') return NOT_TEXT;
  let message: unknown;
  try {
    message = readJson(payload);
  } catch {
    // The parser's own words quote the message, which may hold what is nobody's business here.
    return NOT_JSON;
  }
  return kind.translate(message, source);
}

function own(readable: Readable, payload: string | Buffer): Readable {
  const message: OwnMessage | null = typeof payload === 'string' ? readOwnMessage(JSON.parse(payload)) : null;
  if (message === null)
    throw new Error(
      `fact ${readable.position} of ${OWN_SOURCE} is not ours: the ledger was written by something else`,
    );
  return { ...readable, own: message, translation: { ok: true, facts: [] } };
}

const UNKNOWN_SOURCE: Translation = {
  ok: false,
  code: 'message-unmapped',
  reason: 'its source is not configured',
  path: null,
};
const NOT_JSON: Translation = { ok: false, code: 'message-invalid', reason: 'is not JSON', path: null };
const NOT_TEXT: Translation = {
  ok: false,
  code: 'message-invalid',
  reason: 'is not valid UTF-8 text',
  path: null,
};
