/** Small worlds of the simulator as arbitraries, and their messages as a test delivers them. */
import fc from 'fast-check';
import { kindFor } from '../../../src/domain/sources/registry';
import { readJson } from '../../../src/domain/sources/json';
import type { ProjectionSource } from '../../../src/projections/settings';
import { type FaultPlan, type World, createWorld, everyFault, noFaults } from '../../../src/simulator';
import type { House, Message } from './house';

/** The worlds' days are fixed: with the clock in the test's hands nothing depends on when it runs. */
export const WORLD_START = Date.UTC(2026, 10, 16, 4);
export const HOUR = 3_600_000;
/** Later than every due time of the world. */
export const WORLD_OVER = WORLD_START + 96 * HOUR;

/** How long a feed was silent is told by the clock of receipt: what must not depend on that leaves this fault out. */
export const withoutSilence = (times: number): FaultPlan => ({ ...everyFault(times), 'silent-feed': 0 });

const faults: fc.Arbitrary<FaultPlan> = fc.constantFrom(noFaults, everyFault(1), everyFault(2));

export interface Worlds {
  orders?: { min: number; max: number };
  faults?: fc.Arbitrary<FaultPlan>;
}

export function worlds({
  orders = { min: 10, max: 40 },
  faults: plan = faults,
}: Worlds = {}): fc.Arbitrary<World> {
  return fc
    .record({ seed: fc.integer({ min: 1, max: 1_000_000 }), orders: fc.integer(orders), faults: plan })
    .map((options) =>
      Object.assign(createWorld({ ...options, startAt: WORLD_START }), {
        // What a failing run prints instead of the whole world.
        [fc.toStringMethod]: () => `world ${JSON.stringify(options)}`,
      }),
    );
}

export function sourcesOf(world: World): ProjectionSource[] {
  return world.sources().map(({ name, kind, timeZone, legalEntity, startsAt, expectedIntervalSeconds }) => ({
    name,
    kind,
    timeZone,
    legalEntity,
    startsAt,
    expectedIntervalSeconds: expectedIntervalSeconds ?? null,
  }));
}

export interface WorldMessage extends Message {
  type: string;
  /** It is part of a fault: another notation of it is not sent. */
  faulty: boolean;
}

/** No detector reads prices here and they are a third of a small world: one in ten is enough. */
export function messagesOf(world: World): WorldMessage[] {
  let prices = 0;
  const messages: WorldMessage[] = [];
  for (const { source, type, body, faultId } of world.messages()) {
    if (type !== 'PriceList' || prices++ % 10 === 0)
      messages.push({ source, type, body, faulty: faultId !== undefined });
  }
  return messages;
}

export interface Arrival {
  /** Receipt begins here and goes on by this much a block; without it each message comes when its sender's clock says so. */
  from?: number;
  stepMs?: number;
  /** No block waits for a message that is said more than ten minutes later, so no feed looks as if it lagged. */
  prompt?: boolean;
  between?: () => Promise<void>;
}

/** Appends in blocks of these sizes, over and over; between two blocks `between` may do what it likes. */
export async function deliver(
  house: House,
  messages: readonly Message[],
  sizes: readonly number[],
  { from: receivedFrom = WORLD_START, stepMs, prompt = false, between }: Arrival = {},
): Promise<void> {
  let clock = receivedFrom;
  for (let from = 0, block = 0; from < messages.length; block++) {
    const most = messages.slice(from, from + (sizes[block % sizes.length] ?? 1));
    const part = prompt ? withoutWaiting(house, most, clock) : most;
    from += part.length;
    if (stepMs === undefined) for (const message of part) clock = Math.max(clock, saidAt(house, message));
    else clock = Math.min(clock + stepMs, WORLD_OVER);
    await house.clock.set(clock);
    await house.append(part);
    await between?.();
  }
}

const PATIENCE_MS = 10 * 60_000;

function withoutWaiting(house: House, messages: readonly Message[], clock: number): readonly Message[] {
  const first = Math.max(clock, saidAt(house, messages[0]!));
  const until = messages.findIndex((message) => saidAt(house, message) > first + PATIENCE_MS);
  return until === -1 ? messages : messages.slice(0, until);
}

/** The sender's clock, unless it is nonsense. */
export function saidAt(house: House, { source, body }: Message): number {
  const settings = house.sources.get(source);
  const at = settings && kindFor(settings)?.envelope(readJson(body), settings).occurredAt;
  return at == null || at > WORLD_OVER ? 0 : at;
}
