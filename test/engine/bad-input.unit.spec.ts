/** What systems send that should not be, and what comes of it. */
import type { Told } from '../../src/domain/drift/detector';
import {
  alive,
  balance,
  bom,
  creditNote,
  customer,
  dispatched,
  fulfilment,
  heartbeat,
  hours,
  invoice,
  item,
  level,
  receivedByWarehouse,
  refundRequest,
  returned,
  revised,
  salesOrder,
  synchronised,
  taxCode,
  units,
} from '../../src/domain/drift/examples';
import { drifts, foldTold, memoryEngine } from '../support/fold';

const basics = [customer(hours(-9)), item(hours(-9)), synchronised(hours(-9)), taxCode(hours(-9), 'DE-S')];
const ordered = [...basics, alive('scend', hours(-9)), salesOrder(hours(0)), receivedByWarehouse(hours(0))];
const current = (at: number) => [alive('scend', at), alive('prima', at)];

async function open(facts: Told[], at: number): Promise<string[]> {
  const engine = memoryEngine();
  await foldTold(engine, facts, at);
  expect(engine.failures).toEqual([]);
  return drifts(engine)
    .filter(({ status }) => status === 'open')
    .map(
      ({ detector, finding }) =>
        `${detector} ${finding.subject.kind}:${finding.subject.id} ${finding.cause.code}`,
    )
    .sort();
}

/** What came late makes its feed one that is behind, as long as nothing newer comes. */
const lacking = async (facts: Told[], at: number) =>
  (await open(facts, at)).filter((drift) => !drift.startsWith('feed-behind'));

describe('bad input', () => {
  it('two counts of one instant with different numbers: one wins whichever came first, and the other is told of', async () => {
    const [five, six] = [level(hours(0), 5, { event: 'evt-a' }), level(hours(0), 6, { event: 'evt-b' })];
    const same = [item(hours(-9)), synchronised(hours(-9)), balance(hours(0), 6)];
    expect(await open([...same, five, six, ...current(hours(2))], hours(2))).toEqual([
      'conflicting-duplicate fact:4 same-instant',
    ]);
    expect(await open([...same, six, five, ...current(hours(2))], hours(2))).toEqual([
      'conflicting-duplicate fact:5 same-instant',
    ]);
  });

  it('a sequence that begins anew lacks nothing; what is lost of it afterwards is', async () => {
    const counts = [
      level(hours(0), 5, { sequence: 90 }),
      level(hours(1), 5, { sequence: 1 }),
      level(hours(2), 5, { sequence: 2 }),
    ];
    expect(await open([item(hours(-9)), ...counts], hours(3))).toEqual([]);
    const lost = [level(hours(3), 5, { sequence: 4 }), level(hours(4), 5, { sequence: 5 })];
    expect(await open([item(hours(-9)), ...counts, ...lost], hours(4))).toEqual([
      'feed-gap feed:scend/stock sequence',
    ]);
  });

  it('a heartbeat with a wrong number of rows is told of, and forgotten when the rest comes', async () => {
    const facts = [
      item(hours(-9)),
      alive('scend', hours(-9)),
      heartbeat(hours(0), hours(0), { rowCount: 0 }),
      level(hours(1), 5),
      heartbeat(hours(2), hours(2), { rowCount: 2 }),
      heartbeat(hours(3), hours(3), { rowCount: 0 }),
    ];
    expect(await open(facts, hours(3))).toEqual(['feed-gap feed:scend/stock row-count']);
    expect(await lacking([...facts, level(hours(1.5), 5)], hours(3))).toEqual([]);
  });

  it('a last sequence number that never came is missing since the first heartbeat that names it', async () => {
    const facts = [
      item(hours(-9)),
      level(hours(0), 5, { sequence: 7 }),
      heartbeat(hours(0.5), hours(0.5), { lastSequence: 8 }),
      heartbeat(hours(0.6), hours(0.6), { lastSequence: 8 }),
      heartbeat(hours(0.75), hours(0.75), { lastSequence: 8 }),
    ];
    expect(await open(facts, hours(1))).toEqual(['feed-gap feed:scend/stock last-sequence']);
    expect(await lacking([...facts, level(hours(0.4), 5, { sequence: 8 })], hours(1))).toEqual([]);
  });

  it('more shipped than ordered: what Prima does not take over is told of, and what it takes over must be billed', async () => {
    const three = [{ orderLine: 1, sku: 'BAG-1', quantity: units(3) }];
    const sent = [...ordered, dispatched(hours(1), { lines: three })];
    expect(
      await open([...sent, fulfilment(hours(2)), invoice(hours(3)), ...current(hours(40))], hours(40)),
    ).toEqual(['fulfilment-quantity-mismatch shipment:D1 quantity']);
    const posted = fulfilment(hours(2), {
      lines: [{ lineNo: 1, sku: 'BAG-1', quantity: units(3), uom: 'EA' }],
    });
    expect(await open([...sent, posted, invoice(hours(3)), ...current(hours(40))], hours(40))).toEqual([
      'fulfilment-not-invoiced order:SC-1 partly-invoiced',
    ]);
  });

  it('an invoice for an order that nobody defines is unresolved, and says nothing of goods', async () => {
    const facts = [...basics, alive('scend', hours(-9)), invoice(hours(0)), ...current(hours(60))];
    expect(await open(facts, hours(60))).toEqual(['reference-unresolved fact:6 unknown-order']);
  });

  it('a return of what never left is there to be refunded, and lies in stock', async () => {
    const counted = [level(hours(-1), 5), balance(hours(-1), 5)];
    const facts = [...ordered, ...counted, returned(hours(1)), ...current(hours(50))];
    // In the warehouse and not booked: explained.
    expect(await open(facts, hours(50))).toEqual(['return-not-refunded return:R-1 not-requested']);
  });

  it('a return without an order is found by its number, and lies in stock', async () => {
    const nameless = returned(hours(1), { orderNo: null });
    const counted = [level(hours(-1), 5), balance(hours(-1), 5)];
    const facts = [...basics, alive('scend', hours(-9)), ...counted, nameless, ...current(hours(50))];
    expect(await open(facts, hours(50))).toEqual(['return-not-refunded return:R-1 not-requested']);
    const later = [level(hours(40), 6), balance(hours(40), 5), ...current(hours(50))];
    expect(await open([...facts, refundRequest(hours(45), { orderNo: null }), ...later], hours(50))).toEqual(
      [],
    );
    // The request knows the order that the return did not.
    const asked = [salesOrder(hours(0)), receivedByWarehouse(hours(0)), refundRequest(hours(45))];
    expect(await open([...facts, ...asked], hours(50))).toEqual([]);
  });

  it('a kit that contains itself is told of, and explodes into what it says, once', async () => {
    const kit = item(hours(-9), { sku: 'KIT-1', stockManaged: false });
    const facts = [item(hours(-9)), kit, bom(hours(0), ['BAG-1', 'KIT-1']), ...current(hours(3))];
    expect(await open(facts, hours(3))).toEqual(['bom-mismatch product:KIT-1 contains-itself']);
  });

  it('a credit note of more than its invoice makes nothing unbilled', async () => {
    const billed = [...ordered, dispatched(hours(1)), fulfilment(hours(2)), invoice(hours(3))];
    const much = creditNote(hours(4), { quantity: units(9), net: 90_000 });
    expect(await open([...billed, much, ...current(hours(60))], hours(60))).toEqual([]);
  });

  it('a version number that goes down loses, whatever its clock says and whenever it comes', async () => {
    const open3 = revised(revised(salesOrder(hours(0))));
    const cancelled2 = revised(salesOrder(hours(0), { status: 'cancelled', modifiedAt: hours(9) }));
    const told = [...basics, alive('scend', hours(-9)), receivedByWarehouse(hours(0))];
    expect(await open([...told, open3, cancelled2, ...current(hours(20))], hours(20))).toEqual([]);
    expect(await open([...told, cancelled2, open3, ...current(hours(20))], hours(20))).toEqual([]);
  });
});
