/**
 * What a folder under `sources/` exports: everything that is known about one kind of system. Pure: no clock, no I/O.
 */
import type { Canonical } from '../facts/canonical';
import type { CustomMapping } from './custom/mapping';

/** A configured instance of a kind. */
export interface SourceSettings {
  name: string;
  kind: string;
  /** IANA zone for times that come without one. */
  timeZone: string;
  legalEntity: string;
  /** Epoch ms; nothing before it is missing. Null: the earliest fact received. */
  startsAt: number | null;
  /** How its messages are read; of sources of kind `custom`, and of no other. */
  mapping?: CustomMapping;
}

/** What the ledger records beside the bytes. Null where the message does not say it readably. */
export interface Envelope {
  type: string | null;
  key: string | null;
  /** Epoch ms. */
  occurredAt: number | null;
}

/** Why a message is quarantined: not as its schema has it; of a type that nothing maps; or we failed at it, which is ours to mend. */
export const refusalCodes = ['message-invalid', 'message-unmapped', 'fold-failed'] as const;
export type RefusalCode = (typeof refusalCodes)[number];

export type Translation =
  { ok: true; facts: Canonical[] } | { ok: false; code: RefusalCode; reason: string; path: string | null };

export interface SourceKind {
  readonly kind: string;
  /** Top-level fields that differ between deliveries of one and the same message; left out of its identity. */
  readonly transportFields: readonly string[];
  /** The field in which messages name their order: a hint for dividing work, never trusted. */
  readonly orderField: string | null;
  /** The stream a message type belongs to (`order` of `order.received`). */
  streamOf(type: string | null): string;
  /** Never throws: what cannot be read is null. */
  envelope(message: unknown, source: SourceSettings): Envelope;
  /** Never throws: what cannot be understood is `ok: false` with the place and the reason. */
  translate(message: unknown, source: SourceSettings): Translation;
  readonly webhook: WebhookScheme | null;
}

export interface SignedRequest {
  /** Lower-cased header names. */
  headers: Record<string, string | undefined>;
  body: Uint8Array;
}

/** How a system signs its webhooks; the check itself (HMAC) is done by the caller, in constant time. */
export type WebhookScheme =
  | { scheme: 'hmac-sha256'; header: string; encoding: 'base64' | 'hex' }
  | { scheme: 'standard-webhooks'; toleranceSeconds: number };
