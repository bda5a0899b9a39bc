import type { z } from 'zod';
import type { Body, Canonical, CanonicalType } from '../facts/canonical';
import type { ZoneOffset } from './zone';

export type Fields = Readonly<Record<string, unknown>>;

/** What every canonical fact starts with. */
export interface Head {
  doc: string;
  revision: number;
  /** Epoch ms. */
  occurredAt: number;
}

/** Written out: `{ type, ...head, body }` takes four times as long, and this is made for every fact of a rebuild. */
export function fact<T extends CanonicalType>(type: T, head: Head, body: Body<T>): Canonical {
  const { doc, revision, occurredAt } = head;
  // The compiler does not see that `type` and `body` name the same member of the union.
  return { type, doc, revision, occurredAt, body } as Canonical;
}

/** One document or event of a system: what it looks like, how it is named and dated, and what it means. */
export interface MessageType {
  /** As the system spells it. */
  readonly type: string;
  /** The native message as it is accepted; published as JSON Schema. */
  readonly schema: z.ZodType;
  /** The fields that name it inside its source. */
  readonly keyFields: readonly string[];
  /** The fields that may hold its business clock; the first one present counts. */
  readonly clockFields: readonly string[];
  /** Replaces `clockFields` where the clock is not one field; epoch ms, null when unreadable. */
  readonly clock?: (message: Fields, zone: ZoneOffset) => number | null;
  /** `message` is an output of `schema`. Throws `Unreadable`. */
  readonly facts: (message: never, head: Head, zone: ZoneOffset) => Canonical[];
}

/** Ties `facts` to the output of `schema`, then forgets it, so that unlike messages fit into one table. */
export function messageType<S extends z.ZodType>(
  definition: Omit<MessageType, 'schema' | 'facts'> & {
    schema: S;
    facts: (message: z.output<S>, head: Head, zone: ZoneOffset) => Canonical[];
  },
): MessageType {
  return definition;
}
