/** What a fact says of which cases. */
import type { HeldFact } from '../../domain/cases/held';
import { route } from '../../domain/cases/route';
import type { MessageState } from '../../domain/cases/simple';
import type { Readable } from './records';

export interface Part {
  /** The case's key. */
  key: string;
  fact: HeldFact;
  /** The message that says it. */
  from: Pick<Readable, 'position' | 'source' | 'type' | 'key' | 'recordedAt' | 'bytes'>;
}

const DAY = 86_400_000;

/** Why the message cannot be folded; null when it can. */
export function refusalOf({
  translation,
  recordedAt,
}: Readable): Pick<MessageState, 'code' | 'reason' | 'path'> | null {
  if (!translation.ok) return translation;
  for (const { occurredAt } of translation.facts) if (occurredAt > recordedAt + DAY) return CLOCK_AHEAD;
  return null;
}

export const BEYOND_EXACT = {
  code: 'message-invalid' as const,
  reason: 'its quantities add up beyond 15 digits',
  path: null,
};

const CLOCK_AHEAD = {
  code: 'message-invalid' as const,
  reason: 'its clock is more than a day ahead of ours',
  path: 'occurredAt',
};

/** Adds the parts of a message that can be folded. */
export function addParts(message: Readable, parts: Part[]): void {
  const { translation, source, position, hash, type, key: messageKey, recordedAt, bytes } = message;
  if (!translation.ok) return;
  const from = { position, source, type, key: messageKey, recordedAt, bytes };
  for (const canonical of translation.facts) {
    const held = {
      key: `${source}/${canonical.doc}`,
      fact: position,
      rev: canonical.revision,
      at: canonical.occurredAt,
      hash,
      value: canonical.body,
    };
    const fact = { type: canonical.type, held } as HeldFact;
    for (const key of route(canonical)) parts.push({ key, fact, from });
  }
}
