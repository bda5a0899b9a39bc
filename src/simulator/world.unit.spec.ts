import { createHash } from 'node:crypto';
import { createWorld, everyFault, FAULT_KINDS, noFaults, SINGULAR_FAULTS } from '.';
import type { World } from '.';

const startAt = Date.UTC(2026, 10, 2, 5);
const world = (seed: number, faults = everyFault(2)): World =>
  createWorld({ seed, orders: 160, startAt, faults });
const digest = (w: World) => {
  const hash = createHash('sha256');
  for (const message of w.messages()) hash.update(message.source).update(message.body);
  return hash.update(JSON.stringify(w.truth())).digest('hex');
};

describe('a world', () => {
  it('is the same for the same seed, and read as often as wanted', () => {
    const one = world(7);
    expect(digest(one)).toBe(digest(one));
    expect(digest(world(7))).toBe(digest(one));
    expect(digest(world(8))).not.toBe(digest(one));
  });

  it('has every kind of fault, each with its truth', () => {
    const named = new Set(
      world(1)
        .truth()
        .map((drift) => drift.faultId),
    );
    const once = new Set<string>(SINGULAR_FAULTS);
    const twice = FAULT_KINDS.filter((kind) => !once.has(kind));
    expect([...named].sort()).toEqual(
      [
        ...twice.flatMap((kind) => [`${kind}-1`, `${kind}-2`]),
        ...[...once].map((kind) => `${kind}-1`),
      ].sort(),
    );
  });

  it('expects each drift once', () => {
    // Of a feed only its source is known here, and it may have several.
    const drifts = world(2)
      .truth()
      .filter(({ subject }) => subject.kind !== 'feed');
    const keys = drifts.map((d) => JSON.stringify([d.detector, d.subject, d.discriminator]));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('expects nothing where nothing goes wrong', () => {
    expect(world(3, noFaults).truth()).toEqual([]);
    expect(world(3, noFaults).sources()).toHaveLength(3);
  });

  it('sends every message that a drift is about, and repeats only its exact bytes', () => {
    const w = world(4);
    const bodies = new Map<string, Set<string>>();
    for (const { body, faultId } of w.messages()) {
      if (faultId !== undefined) bodies.set(faultId, (bodies.get(faultId) ?? new Set()).add(body));
    }
    for (const { subject, faultId } of w.truth()) {
      if (subject.kind !== 'fact') continue;
      const sent = [...(bodies.get(faultId) ?? [])];
      const hashes = sent.map((body) => createHash('sha256').update(body).digest('hex'));
      // What is contradicted comes with what contradicts it.
      expect(hashes).toHaveLength(faultId.startsWith('contradicted') ? 2 : 1);
      expect(hashes).toContain(subject.bodyHash);
    }
  });

  it('has no clock after its end, and both feeds reach it', () => {
    const w = world(5, noFaults);
    const latest = new Map<string, number>();
    for (const { source, body } of w.messages()) {
      for (const [, clock] of body.matchAll(/"(\d{4}-\d\d-\d\dT[\d:]+Z)"/g)) {
        latest.set(source, Math.max(latest.get(source) ?? 0, Date.parse(clock ?? '')));
      }
    }
    expect(Object.fromEntries(latest)).toEqual({ prima: w.endAt, scend: w.endAt, middleware: w.endAt });
  });

  it('repeats, delays and shuffles', () => {
    const messages = [...world(6).messages()];
    const bodies = messages.map((message) => message.body);
    expect(new Set(bodies).size).toBeLessThan(bodies.length);
    const dispatches = messages.filter((message) => message.type === 'order.dispatched');
    const clocks = dispatches.map(({ body }) => /"occurred_at":"([^"]+)"/.exec(body)?.[1] ?? '');
    expect(clocks).not.toEqual([...clocks].sort());
  });

  it('groups the same messages into requests, in the same order per source', () => {
    const w = world(9);
    const grouped = [...w.requests()];
    for (const { name } of w.sources()) {
      const sent = grouped.filter((r) => r.source === name).flatMap((r) => r.messages.map((m) => m.body));
      expect(sent).toEqual([...w.messages()].filter((m) => m.source === name).map((m) => m.body));
    }
    const split = grouped.map((r) => {
      if (r.contentType === 'application/x-ndjson') return r.body.trimEnd().split('\n');
      return r.messages.length === 1 ? [r.body] : (JSON.parse(r.body) as unknown[]);
    });
    expect(split.map((parts) => parts.length)).toEqual(grouped.map((r) => r.messages.length));
    expect(grouped.filter((r) => r.route === 'webhook').every((r) => r.messages.length === 1)).toBe(true);
  });
});
