/** An order cancelled at every stage: by both sides it is over, by one of them it is a conflict, and nothing else is said of it. */
import type { Told } from '../../src/domain/drift/detector';
import {
  alive,
  cancelledByWarehouse,
  creditNote,
  customer,
  dispatched,
  fulfilment,
  hours,
  invoice,
  item,
  receivedByWarehouse,
  refundRequest,
  rejectedByWarehouse,
  returned,
  revised,
  salesOrder,
  synchronised,
  taxCode,
  units,
} from '../../src/domain/drift/examples';
import { drifts, foldTold, memoryEngine } from '../support/fold';

const ordered = [
  customer(hours(-9)),
  item(hours(-9)),
  synchronised(hours(-9)),
  taxCode(hours(-9), 'DE-S'),
  alive('scend', hours(-9)),
  salesOrder(hours(0)),
];
const received = receivedByWarehouse(hours(0.1));
const status = (word: string, at: number) => revised(salesOrder(hours(0), { status: word, modifiedAt: at }));
const inBooks = status('cancelled', hours(3));
const inWarehouse = cancelledByWarehouse(hours(3));
const half = [{ orderLine: 1, sku: 'BAG-1', quantity: units(1) }];
const posted = (count: number) =>
  fulfilment(hours(2.1), { lines: [{ lineNo: 1, sku: 'BAG-1', quantity: units(count), uom: 'EA' }] });

async function open(facts: Told[], at = hours(80)): Promise<string[]> {
  const engine = memoryEngine();
  await foldTold(engine, [...ordered, ...facts, alive('scend', at), alive('prima', at)], at);
  expect(engine.failures).toEqual([]);
  return drifts(engine)
    .filter(({ status: state }) => state === 'open')
    .map(({ detector, finding }) => `${detector} ${finding.cause.code}`);
}

describe('a cancelled order', () => {
  it.each<[string, Told[]]>([
    ['in the books before the warehouse had it', [inBooks]],
    ['in the books after the warehouse refused it', [rejectedByWarehouse(hours(1), 'OTHER'), inBooks]],
    ['by both sides', [received, inBooks, inWarehouse]],
    [
      'by the warehouse, and received again',
      [
        received,
        inWarehouse,
        dispatched(hours(5)),
        receivedByWarehouse(hours(4), 'SO1', 'again'),
        fulfilment(hours(5)),
        invoice(hours(6)),
      ],
    ],
    [
      'in the books, after everything came back and was credited',
      [
        received,
        dispatched(hours(1)),
        fulfilment(hours(1.5)),
        invoice(hours(2)),
        returned(hours(20), {
          lines: [{ sku: 'BAG-1', quantity: units(2), condition: null, toStatus: 'available' }],
        }),
        refundRequest(hours(21)),
        creditNote(hours(22), { quantity: units(2), net: 2000 }, 'R-1'),
        status('cancelled', hours(23)),
      ],
    ],
    [
      'for what is left, by both sides',
      [
        received,
        dispatched(hours(2), { lines: half }),
        posted(1),
        invoice(hours(2.5), { quantity: units(1), net: 1000 }),
        inWarehouse,
        status('billed', hours(4)),
      ],
    ],
  ])('%s is no conflict', async (_, facts) => {
    expect(await open(facts)).toEqual([]);
  });

  it.each<[string, Told[], string]>([
    ['in the books alone', [received, inBooks], 'cancelled-but-open'],
    ['in the warehouse alone', [received, inWarehouse], 'cancelled-but-open'],
    ['in the books, and sent', [received, dispatched(hours(4)), inBooks], 'cancelled-but-shipped'],
    ['in the books, and sent before', [received, dispatched(hours(1)), inBooks], 'cancelled-but-shipped'],
    ['in the books, and billed', [invoice(hours(1)), inBooks], 'cancelled-but-shipped'],
    [
      'in the warehouse, and billed',
      [received, inWarehouse, invoice(hours(4)), status('billed', hours(5))],
      'cancelled-but-shipped',
    ],
    [
      'in the warehouse, and sent from it',
      [received, inWarehouse, dispatched(hours(4))],
      'cancelled-but-shipped',
    ],
    [
      'for what is left, while Prima waits for it',
      [
        received,
        dispatched(hours(2), { lines: half }),
        posted(1),
        invoice(hours(2.5), { quantity: units(1), net: 1000 }),
        inWarehouse,
        status('partially_fulfilled', hours(2.2)),
      ],
      'cancelled-but-open',
    ],
  ])('%s is a conflict, and nothing else', async (_, facts, cause) => {
    expect(await open(facts)).toEqual([`status-conflict ${cause}`]);
  });

  it('is given an hour to be told to the other side', async () => {
    expect(await open([received, inBooks], hours(3.9))).toEqual([]);
    expect(await open([received, inBooks], hours(4))).toEqual(['status-conflict cancelled-but-open']);
  });

  it('still owes the refund of what came back', async () => {
    const facts = [
      received,
      dispatched(hours(1)),
      returned(hours(2)),
      returned(hours(2), { returnRef: 'R-2' }),
      inBooks,
    ];
    expect(await open(facts)).toEqual([
      'return-not-refunded not-requested',
      'return-not-refunded not-requested',
    ]);
  });
});
