import { NotExact } from '../exact';
import { peekClock, readClock } from './clock';
import { explain } from './explain';
import { fitsOf } from './fits';
import type { Fields, MessageType } from './message-type';
import { withinItems } from './most-items';
import { readCode, readOptionalCount } from './read';
import type { Envelope, SourceKind, Translation, WebhookScheme } from './source-kind';
import { Unreadable } from './unreadable';
import { zoneOffset } from './zone';

/** What the kinds with one table of message types have in common; each states only where it differs. */
export interface NativeKind {
  kind: string;
  /** The field that names the message's type. */
  typeField: string;
  messages: readonly MessageType[];
  /** The business key, at most 500 characters. Throws `Unreadable`; `known` is undefined for a type without a mapping. */
  key(message: Fields, type: string, known: MessageType | undefined): string;
  /** The clock of a message without a mapping. */
  clockFields: readonly string[];
  /** The field with the document's version; null where messages are never revised. */
  revisionField: string | null;
  orderField: string | null;
  streamOf(type: string | null): string;
  transportFields: readonly string[];
  webhook: WebhookScheme | null;
}

export const MAX_KEY = 500;

/** A kind whose messages and their schemas can be listed. */
export interface NativeSourceKind extends SourceKind, Pick<NativeKind, 'typeField' | 'revisionField'> {
  readonly messages: readonly MessageType[];
}

export function nativeKind(definition: NativeKind): NativeSourceKind {
  const known = new Map(
    definition.messages.map((message) => [message.type, { ...message, fits: fitsOf(message.schema) }]),
  );

  const readType = (message: Fields): string => {
    const value = message[definition.typeField];
    if (value === undefined || value === null) throw new Unreadable(definition.typeField, 'is required');
    if (typeof value !== 'string') throw new Unreadable(definition.typeField, 'must be text');
    return readCode(value, definition.typeField);
  };

  const readKey = (message: Fields, type: string, messageOfType: MessageType | undefined): string => {
    const key = definition.key(message, type, messageOfType);
    if (key.length > MAX_KEY)
      throw new Unreadable('', `its business key has more than ${MAX_KEY} characters`);
    return key;
  };

  return {
    kind: definition.kind,
    typeField: definition.typeField,
    revisionField: definition.revisionField,
    orderField: definition.orderField,
    transportFields: definition.transportFields,
    webhook: definition.webhook,
    messages: definition.messages,
    streamOf: (type) => definition.streamOf(type),

    envelope(message, source): Envelope {
      if (!isFields(message)) return { type: null, key: null, occurredAt: null };
      const type = orNull(() => readType(message));
      if (type === null) return { type, key: null, occurredAt: null };
      const definitionOfType = known.get(type);
      const zone = zoneOffset(source.timeZone);
      return {
        type,
        key: orNull(() => readKey(message, type, definitionOfType)),
        occurredAt:
          definitionOfType?.clock?.(message, zone) ??
          peekClock(message, definitionOfType?.clockFields ?? definition.clockFields, zone),
      };
    },

    translate(message, source): Translation {
      try {
        if (!isFields(message)) throw new Unreadable('', 'must be a JSON object');
        const type = readType(message);
        const messageOfType = known.get(type);
        if (!messageOfType) return unmapped(definition, type);
        const zone = zoneOffset(source.timeZone);
        const doc = readKey(message, type, messageOfType);
        const occurredAt = readClockOf(message, messageOfType.clockFields, zone);
        const accepted = messageOfType.fits?.(message) ? message : parsed(messageOfType.schema, message);
        const revision =
          definition.revisionField === null ? 0 : revisionOf(message, definition.revisionField);
        return {
          ok: true,
          facts: withinItems(messageOfType.facts(accepted as never, { doc, revision, occurredAt }, zone)),
        };
      } catch (error) {
        return invalid(error);
      }
    },
  };
}

/** Throws `Unreadable`, with what is wrong. */
function parsed(schema: MessageType['schema'], message: Fields): unknown {
  const result = schema.safeParse(message);
  if (!result.success) throw explain(result.error, message);
  return result.data;
}

export function isFields(message: unknown): message is Fields {
  return typeof message === 'object' && message !== null && !Array.isArray(message);
}

/** The text in `field`, as a code. Throws `Unreadable`. */
export function requiredCode(message: Fields, field: string): string {
  const value = message[field];
  if (value === undefined || value === null) throw new Unreadable(field, 'is required');
  if (typeof value !== 'string') throw new Unreadable(field, 'must be text');
  return readCode(value, field);
}

function readClockOf(
  message: Fields,
  fields: readonly string[],
  zone: Parameters<typeof readClock>[2],
): number {
  for (const field of fields) {
    const value = message[field];
    if (value === undefined || value === null || value === '') continue;
    if (typeof value !== 'string') throw new Unreadable(field, 'must be an RFC 3339 time');
    return readClock(value, field, zone);
  }
  throw new Unreadable(fields.at(-1) ?? '', 'is required');
}

function revisionOf(message: Fields, field: string): number {
  const value = message[field];
  if (value !== undefined && value !== null && typeof value !== 'number') {
    throw new Unreadable(field, 'must be a non-negative integer');
  }
  return readOptionalCount(value, field) ?? 0;
}

function unmapped(definition: NativeKind, type: string): Translation {
  const reason = `no mapping handles the type ${type} of kind ${definition.kind}`;
  return { ok: false, code: 'message-unmapped', reason, path: definition.typeField };
}

/** Anything but a statement about the message is a fault of ours and must not pass for one of theirs. */
export function invalid(error: unknown): Translation {
  if (error instanceof Unreadable) {
    return {
      ok: false,
      code: 'message-invalid',
      reason: error.reason,
      path: error.path === '' ? null : error.path,
    };
  }
  if (error instanceof NotExact)
    return { ok: false, code: 'message-invalid', reason: error.message, path: null };
  throw error;
}

export function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}
