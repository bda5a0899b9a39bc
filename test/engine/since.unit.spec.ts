/** Since when a mismatch of stock has stood, when what came late says that the sides had met meanwhile. */
import { alive, balance, hours, item, level, synchronised } from '../../src/domain/drift/examples';
import { drifts, foldTold, memoryEngine } from '../support/fold';

const basics = [item(hours(-9)), synchronised(hours(-9)), level(hours(0), 10), balance(hours(0), 10)];
const apart = [level(hours(1), 7), level(hours(3), 7), balance(hours(3), 10)];
const heard = [alive('scend', hours(5)), alive('prima', hours(5))];

async function since(...late: Parameters<typeof foldTold>[1][number][]): Promise<number[]> {
  const engine = memoryEngine();
  await foldTold(engine, [...basics, ...apart, ...heard], hours(5));
  await foldTold(engine, late, hours(6));
  return drifts(engine)
    .filter(({ detector, status }) => detector === 'stock-mismatch' && status === 'open')
    .map(({ finding }) => finding.since);
}

describe('a mismatch of stock', () => {
  it('stands since the first count that shows it', async () => {
    expect(await since()).toEqual([hours(1)]);
  });

  it('stands since they parted again, where a late balance says that they had met', async () => {
    expect(await since(balance(hours(2), 7))).toEqual([hours(3)]);
  });

  it('stands since it was first told, where nothing older is remembered', async () => {
    const week = 24 * 8;
    const later = [level(hours(week), 7), balance(hours(week), 10)];
    const engine = memoryEngine();
    await foldTold(engine, [...basics, ...apart, ...heard], hours(5));
    await foldTold(
      engine,
      [...later, level(hours(week + 1), 7), balance(hours(week + 1), 10)],
      hours(week + 2),
    );
    const [drift] = drifts(engine).filter(({ detector }) => detector === 'stock-mismatch');
    expect(drift).toMatchObject({ status: 'open', occurrence: 1, finding: { since: hours(1) } });
  });
});
