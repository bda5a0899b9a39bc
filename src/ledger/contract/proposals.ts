import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Fact, Ledger, Proposal } from '../port';

/** A proposal whose content, and so its identity, is told by one value. */
export function proposal(content: number | string, changes: Partial<Proposal> = {}): Proposal {
  const payload = changes.payload ?? JSON.stringify({ content });
  return {
    source: 'prima-uk',
    type: 'sales-order',
    key: `SO${content}`,
    occurredAt: 1_780_000_000_000,
    actor: 'test',
    ...changes,
    payload,
    identity: changes.identity ?? createHash('sha256').update(`${content}`).digest(),
  };
}

export function proposals(count: number, from = 0): Proposal[] {
  return Array.from({ length: count }, (_, i) => proposal(from + i));
}

const name = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: 'binary', maxLength }).map((text) => text.replaceAll('\0', ' '));

/** Any proposal the port allows: every plane of Unicode, absent names, bytes that are no text, clocks of any year. */
export const anyProposal: fc.Arbitrary<Proposal> = fc.record({
  source: name(20),
  type: fc.option(name(60)),
  key: fc.option(name(120)),
  occurredAt: fc.option(
    fc
      .date({
        min: new Date('0001-01-01T00:00:00Z'),
        max: new Date('9999-12-31T23:59:59.999Z'),
        noInvalidDate: true,
      })
      .map(Number),
  ),
  payload: fc.oneof(
    name(400),
    fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  ),
  identity: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
  actor: name(30),
});

/** What was proposed, without what the ledger added. */
export function proposed(fact: Fact): Proposal {
  const { source, type, key, occurredAt, payload, identity, actor } = fact;
  return { source, type, key, occurredAt, payload, identity, actor };
}

export async function readAll(ledger: Ledger, after = 0): Promise<Fact[]> {
  const facts: Fact[] = [];
  for await (const block of ledger.read(after)) facts.push(...block);
  return facts;
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
