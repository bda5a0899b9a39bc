/** The same trading, with the books kept by Prima or by an ERP that only a mapping knows: the same drifts. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { noMappings } from '../../src/domain/mapping/mappings';
import { customMapping } from '../../src/domain/sources/custom/mapping';
import { writeSourceConfigured } from '../../src/domain/sources/tallystick/messages';
import { kindFor, mappingProblems } from '../../src/domain/sources/registry';
import { readJson } from '../../src/domain/sources/json';
import { defaultPolicy } from '../../src/domain/policy';
import { Engine } from '../../src/projections/engine/engine';
import type { DriftRecord } from '../../src/projections/engine/records';
import type { ProjectionSource } from '../../src/projections/settings';
import { translate } from '../../src/projections/translate';
import { createWorld, everyFault, type World } from '../../src/simulator';
import { asErpnext, SITE_ZONE } from '../support/erpnext';
import { drifts, nothingStored, tick } from '../support/fold';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 16, 4);
const mapping = customMapping.parse(
  JSON.parse(readFileSync(join(__dirname, '../../examples/custom-erp/mapping.json'), 'utf8')),
);

function sourcesOf(world: World, books: 'prima' | 'custom'): ProjectionSource[] {
  return world.sources().map((source) => {
    const settings = { ...source, expectedIntervalSeconds: source.expectedIntervalSeconds ?? null };
    // Under the name that the others know the books by.
    if (source.kind !== 'prima' || books === 'prima') return settings;
    return { ...settings, kind: 'custom', timeZone: SITE_ZONE, mapping };
  });
}

async function fold(world: World, books: 'prima' | 'custom'): Promise<DriftRecord[]> {
  const sources = new Map(sourcesOf(world, books).map((source) => [source.name, source]));
  const primas = new Map(sourcesOf(world, 'prima').map((source) => [source.name, source]));
  const startsAt = (name: string) => sources.get(name)?.startsAt ?? null;
  const engine = new Engine({ policy: defaultPolicy, startsAt }, nothingStored);
  const told = async (source: string, payload: string, at: number) => {
    const settings = sources.get(source);
    const hash = createHash('sha256').update(payload).digest('hex');
    const recordedAt = Math.max(at, engine.instant);
    const fact = {
      position: engine.position + 1,
      source,
      type: null,
      key: null,
      occurredAt: null,
      recordedAt,
      payload,
    };
    await engine.fold([translate({ ...fact, hash }, settings, noMappings)]);
  };
  for (const source of sources.values())
    await told('tallystick', writeSourceConfigured(source, START), START);
  for (const { source, body } of world.messages()) {
    const settings = primas.get(source)!;
    const saidAt = kindFor(settings)!.envelope(readJson(body), settings).occurredAt ?? 0;
    const at = saidAt > START + 96 * HOUR ? START : saidAt;
    await told(source, source === 'prima' && books === 'custom' ? asErpnext(body) : body, at);
  }
  await tick(engine, START + 96 * HOUR);
  return drifts(engine);
}

/** All that is said of a drift, but for how a message is unreadable: each system's fields have their own names. */
function said({ detector, status, severity, openedAt, finding }: DriftRecord) {
  const {
    subject,
    discriminator,
    difference,
    explained,
    amountAtRisk,
    unitsAtRisk,
    cause,
    dueAt,
    divergence,
  } = finding;
  const drift = {
    detector,
    status,
    severity,
    openedAt,
    subject,
    discriminator,
    amountAtRisk,
    unitsAtRisk,
    dueAt,
  };
  if (detector.startsWith('message-')) return { ...drift, cause: cause.code };
  return { ...drift, cause, difference, explained, divergence, sides: finding.sides };
}

function current(records: readonly DriftRecord[]) {
  return records
    .filter(({ status }) => status !== 'resolved')
    .map(said)
    .map(
      (drift) =>
        [
          `${drift.detector} ${drift.subject.kind}:${drift.subject.id} ${drift.discriminator}`,
          drift,
        ] as const,
    )
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

describe('an ERP that only a mapping knows', () => {
  it('has a mapping without a fault', () => {
    expect(mappingProblems({ kind: 'custom', mapping })).toEqual([]);
  });

  it.each([1, 2])('reaches the same drifts as Prima on the same trading (world %i)', async (seed) => {
    // ERPNext counts its revisions by the clock: what Prima contradicts in one version is a revision there.
    const faults = { ...everyFault(2), 'silent-feed': 0, 'contradicted-customer': 0 };
    const world = createWorld({ seed, orders: 120, startAt: START, faults });
    const byPrima = current(await fold(world, 'prima'));
    const byCustom = current(await fold(world, 'custom'));
    expect(byCustom).toEqual(byPrima);
    expect(new Set(byPrima.map(([, drift]) => drift.detector)).size).toBeGreaterThan(9);
  });
});
