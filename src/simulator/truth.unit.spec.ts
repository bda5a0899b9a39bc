import { createWorld, everyFault, noFaults } from '.';
import type { ExpectedDrift, World } from '.';
import { findDrifts } from './testing/oracle.fixture';
import { readBack } from './testing/read-back.fixture';
import { HOUR, iso } from './timeline';

const startAt = Date.UTC(2026, 10, 2, 5);
/** Of messages that mean nothing to who reads them back, of receipt, and of money on shelves, which is counted in another test. */
const NOT_READ_BACK = new Set([
  'message-invalid',
  'message-unmapped',
  'feed-stale',
  'conflicting-duplicate',
  'stock-valuation-mismatch',
]);

const told = ({ detector, subject, discriminator, cause }: ExpectedDrift) => {
  const who = subject.kind === 'fact' ? subject.key : subject.kind === 'feed' ? subject.source : subject.id;
  const name = `${detector} ${subject.kind}:${who}`;
  return (
    name +
    (discriminator === undefined ? '' : ` ${discriminator}`) +
    (cause === undefined ? '' : ` (${cause})`)
  );
};
const found = (world: World) => findDrifts(readBack(world.messages()), world.endAt, iso(startAt + 88 * HOUR));

describe('the truth of a world', () => {
  it.each([1, 2, 3, 4, 5, 6])('is what its messages say, and nothing else (seed %i)', (seed) => {
    const world = createWorld({ seed, orders: 300, startAt, faults: everyFault(2) });
    const claimed = world.truth().filter((drift) => !NOT_READ_BACK.has(drift.detector));
    expect(found(world)).toEqual(claimed.map(told).sort());
  });

  it.each([11, 12, 13])('is silence where nothing goes wrong (seed %i)', (seed) => {
    expect(found(createWorld({ seed, orders: 400, startAt, faults: noFaults }))).toEqual([]);
  });
});
