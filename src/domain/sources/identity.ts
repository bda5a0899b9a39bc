import { LosslessNumber } from 'lossless-json';
import type { Envelope, SourceKind } from './source-kind';

/**
 * What, hashed together with source and business key, makes a repeat provable. The bytes as received where every byte is
 * content. Where a kind has transport fields, they differ between deliveries of one message, and so may the order of names:
 * then it is the canonical JSON (names sorted, numbers with their own digits, no space) without them. A message whose key
 * cannot be read keeps its bytes: without a name nothing proves it to be another one's repeat.
 */
export function contentToHash(
  kind: SourceKind,
  envelope: Envelope,
  message: unknown,
  raw: string | Uint8Array,
): string | Uint8Array {
  if (kind.transportFields.length === 0 || envelope.key === null) return raw;
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return raw;
  return writeObject(message, kind.transportFields);
}

/** Recursive: the depth of a message is bounded before it gets here. */
function writeCanonical(value: unknown): string {
  if (value instanceof LosslessNumber) return value.value;
  if (Array.isArray(value)) return `[${value.map(writeCanonical).join(',')}]`;
  return typeof value === 'object' && value !== null ? writeObject(value, []) : JSON.stringify(value);
}

function writeObject(object: object, without: readonly string[]): string {
  const members = Object.entries(object)
    .filter(([name]) => !without.includes(name))
    // By code unit and not by locale: the order must be the same everywhere.
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${JSON.stringify(name)}:${writeCanonical(value)}`);
  return `{${members.join(',')}}`;
}
