/** Since when a mismatch of stock has stood, when what came late says that the sides had met meanwhile. */
import {
  alive,
  balance,
  dispatched,
  fulfilment,
  hours,
  item,
  level,
  synchronised,
  units,
} from '../../src/domain/drift/examples';
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

  it('does not stand since an instant at which one side had yet to post what the other had sent', async () => {
    const engine = memoryEngine();
    const order = (no: string, quantity: number) => ({
      sent: {
        orderNo: no,
        dispatchRef: no,
        lines: [{ orderLine: 1, sku: 'BAG-1', quantity: units(quantity) }],
      },
      posted: { fulfilmentNo: no, orderNo: no, dispatchRef: no },
    });
    const [inCases, inPieces] = [order('SO1', 12), order('SO2', 2)];
    const line = { lineNo: 1, sku: 'BAG-1', quantity: units(1), uom: 'CASE' };
    await foldTold(
      engine,
      [
        ...basics.slice(0, 2),
        level(hours(0), 40),
        balance(hours(0), 40),
        dispatched(hours(1), inCases.sent),
        dispatched(hours(2), inPieces.sent),
        // Told in another unit than the balance, the first keeps being compared; the second is settled by the counts.
        fulfilment(hours(3), { ...inCases.posted, lines: [line] }),
        fulfilment(hours(4), inPieces.posted),
        level(hours(5), 21),
        balance(hours(5), 26),
        alive('scend', hours(6)),
        alive('prima', hours(6)),
      ],
      hours(6),
    );
    const found = drifts(engine).filter(({ detector }) => detector === 'stock-mismatch');
    expect(found.map(({ finding }) => finding)).toMatchObject([{ since: hours(5), certain: true }]);
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
