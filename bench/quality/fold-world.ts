/** A simulated world folded by the real engine in memory: translated, judged at each block and at the end, without a database. */
import { hash } from 'node:crypto';
import { type Mappings, noMappings } from '../../src/domain/mapping/mappings';
import { defaultPolicy } from '../../src/domain/policy';
import { kindFor } from '../../src/domain/sources/registry';
import { readJson } from '../../src/domain/sources/json';
import type { SourceSettings } from '../../src/domain/sources/source-kind';
import { Engine } from '../../src/projections/engine/engine';
import type { DriftRecord, Readable } from '../../src/projections/engine/records';
import { translate } from '../../src/projections/translate';
import type { Delivery, ExpectedDrift, World } from '../../src/simulator';
import { drifts, nothingStored, tick } from '../../src/cli/reference/fold-told';

export interface Folded {
  /** Expected, and not open. */
  missed: ExpectedDrift[];
  /** `detector subject` of what is open and not expected. */
  extra: string[];
  /** Codes of what is open or a consequence. */
  consequences: Set<string>;
  /**
   * Of each that was expected and is open: how long it took to be seen, by the clock of receipt, in ms; from when it was due,
   * or from when the world began to tell.
   */
  found: { detector: string; afterMs: number }[];
}

export interface Telling {
  /** Messages that are seen at one instant. */
  block: number;
  /** When the first is received, and how much later each block is; by the senders' clocks where it is unset. */
  received?: { from: number; stepMs: number };
  mappings?: Mappings;
}

/** Deliveries of one message more than once are recorded once, as the ledger does it. */
export async function foldWorld(
  world: World,
  deliveries: readonly Delivery[],
  { block, received, mappings = noMappings }: Telling,
): Promise<Folded> {
  const sources = new Map(
    world.sources().map((source) => [source.name as string, source as SourceSettings & typeof source]),
  );
  const engine = new Engine(
    { policy: defaultPolicy, startsAt: (source) => sources.get(source)?.startsAt ?? null },
    nothingStored,
  );
  const bodies = new Map<number, string>();
  await engine.fold(
    [...sources.values()].map((source, index) => configured(source, index + 1, world.startAt)),
  );
  let clock = received?.from ?? world.startAt;
  const seen = new Set<string>();
  let readables: Readable[] = [];
  const clocks = new Map<number, number>();
  const fold = async () => {
    for (const each of readables) {
      each.recordedAt = clock;
      clocks.set(each.position, clock);
    }
    await engine.fold(readables);
    readables = [];
    if (received) clock += received.stepMs;
  };
  for (const { source, body } of deliveries) {
    const content = hash('sha256', body);
    if (seen.has(`${source} ${content}`)) continue;
    seen.add(`${source} ${content}`);
    const settings = sources.get(source);
    const kind = settings && kindFor(settings);
    if (!kind) throw new Error(`the world names no source ${source}`);
    const position = engine.position + readables.length + 1;
    const { type, key, occurredAt } = kind.envelope(readJson(body), settings);
    if (!received && occurredAt !== null && occurredAt < world.endAt) clock = Math.max(clock, occurredAt);
    bodies.set(position, `${source} ${content}`);
    const fact = {
      position,
      source,
      type: type as string,
      key,
      occurredAt,
      recordedAt: clock,
      payload: body,
      hash: content,
    };
    readables.push(translate(fact, settings, mappings));
    if (readables.length === block) await fold();
  }
  if (readables.length > 0) await fold();
  await tick(engine, Math.max(world.endAt, clock));
  const [failure] = engine.failures;
  if (failure) throw failure.error;
  const seenAt = ({ openedBy }: DriftRecord) => clocks.get(openedBy) ?? engine.instant;
  return compared(engine, world, bodies, seenAt);
}

function configured(
  { name, kind, expectedIntervalSeconds }: ReturnType<World['sources']>[number],
  position: number,
  at: number,
): Readable {
  return {
    position,
    bytes: 0,
    source: 'tallystick',
    kind: 'tallystick',
    stream: 'source',
    type: null,
    key: null,
    occurredAt: at,
    recordedAt: at,
    hash: '',
    translation: { ok: true, facts: [] },
    own: {
      type: 'source.configured',
      name,
      kind,
      expectedIntervalSeconds: expectedIntervalSeconds ?? null,
    } as Readable['own'],
  };
}

function compared(
  engine: Engine,
  world: World,
  bodies: ReadonlyMap<number, string>,
  seenAt: (drift: DriftRecord) => number,
): Folded {
  const found: Folded['found'] = [];
  const all = drifts(engine);
  const open = new Set(all.filter(({ status }) => status === 'open'));
  const missed = world.truth().filter((expected) => {
    for (const drift of open) {
      const { finding } = drift;
      if (drift.detector !== expected.detector || !isOf(expected, finding.subject, bodies)) continue;
      if (expected.discriminator !== undefined && expected.discriminator !== finding.discriminator) continue;
      if (expected.cause !== undefined && expected.cause !== finding.cause.code) continue;
      open.delete(drift);
      const { detector } = drift;
      found.push({ detector, afterMs: Math.max(0, seenAt(drift) - Math.max(finding.dueAt, world.startAt)) });
      return false;
    }
    return true;
  });
  const extra = [...open].map(
    ({ detector, finding }) =>
      `${detector} ${finding.subject.kind}:${finding.subject.id} ${finding.discriminator} (${finding.cause.detail})`,
  );
  const consequences = new Set(
    all.filter(({ status }) => status === 'consequence').map((each) => each.detector),
  );
  return { missed, extra, consequences, found };
}

function isOf(
  { subject }: ExpectedDrift,
  { kind, id }: { kind: string; id: string },
  bodies: ReadonlyMap<number, string>,
): boolean {
  if (subject.kind !== kind) return false;
  if (subject.kind === 'feed') return id.startsWith(`${subject.source}/`);
  if (subject.kind === 'fact') return bodies.get(Number(id)) === `${subject.source} ${subject.bodyHash}`;
  return subject.id === id;
}
