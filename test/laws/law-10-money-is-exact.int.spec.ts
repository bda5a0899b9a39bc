import fc from 'fast-check';
import { NotExact, formatDecimal, formatQuantity, mulDiv, parseDecimal } from '../../src/domain/exact';
import { FAULT_KINDS, type FaultPlan, noFaults } from '../../src/simulator';
import { type House, inHouse } from './support/house';
import { rowsOf } from './support/rows';
import { WORLD_OVER, WORLD_START, deliver, messagesOf, sourcesOf, worlds } from './support/worlds';

const LIMIT = 999_999_999_999_999n;
const value = fc.maxSafeInteger().map((n) => n % (Number(LIMIT) + 1));
const digits = fc.integer({ min: 0, max: 6 });
const decimal = fc
  .tuple(
    fc.constantFrom('', '-', '+'),
    fc.stringMatching(/^\d{1,18}$/),
    fc.option(fc.oneof(fc.stringMatching(/^\d{0,17}$/), fc.stringMatching(/^\d{0,3}0{0,12}$/))),
  )
  .map(([sign, whole, fraction]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}`);

/** Faults whose messages can all be understood. */
const understood: FaultPlan = Object.fromEntries(
  FAULT_KINDS.filter((kind) => !/^(invalid|unmapped|unresolved|silent)/.test(kind)).map((kind) => [kind, 1]),
);

describe('law 10: money is exact', () => {
  it('what is formatted is read back as the same integer', () => {
    fc.assert(
      fc.property(value, digits, (minor, places) => {
        expect(parseDecimal(formatDecimal(minor, places), places)).toBe(minor === 0 ? 0 : minor);
        expect(parseDecimal(formatQuantity(minor), 6)).toBe(minor === 0 ? 0 : minor);
      }),
      { numRuns: 2_000 },
    );
  });

  it('what is read is exactly what is written, or is refused', () => {
    fc.assert(
      fc.property(decimal, digits, (text, places) => {
        const exactly = scaled(text, places);
        const read = parseDecimal(text, places);
        if (read !== null) expect(BigInt(read)).toBe(exactly);
        else expect(exactly === null || isBeyond(exactly) || hasTooManyDigits(text)).toBe(true);
        if (read !== null) expect(Object.is(read, -0)).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });

  it('multiplied and divided it is rounded half away from zero, once, or refused', () => {
    fc.assert(
      fc.property(
        fc.oneof(value, fc.integer({ min: -2_000, max: 2_000 })),
        fc.oneof(value, fc.integer({ min: -2_000, max: 2_000 })),
        fc.oneof(value, fc.constantFrom(1, 2, 3, 7, 1_000_000)).filter((divisor) => divisor !== 0),
        (a, b, c) => {
          const expected = roundedHalfAway(BigInt(a) * BigInt(b), BigInt(c));
          if (isBeyond(expected)) expect(() => mulDiv(a, b, c)).toThrow(NotExact);
          else expect(BigInt(mulDiv(a, b, c))).toBe(expected);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('the money and the pieces in the cases are those of the messages, to the last digit', async () => {
    await fc.assert(
      fc.asyncProperty(worlds({ faults: fc.constantFrom(noFaults, understood) }), (world) =>
        inHouse(async (house) => {
          await house.clock.set(world.startAt);
          await house.configure(sourcesOf(world));
          const messages = messagesOf(world);
          await deliver(house, messages, [200]);
          await house.tick(WORLD_OVER);
          await house.fold();
          const documents = winners(messages.filter(({ source }) => source === 'prima'));
          expect(await sumsInCases(house)).toEqual(sumsOf(documents));
        }),
      ),
      { numRuns: 4, endOnFailure: true },
    );
  });

  it('an amount is kept to its last digit, and what has more than 15 is quarantined, never rounded', async () => {
    const amounts = fc.uniqueArray(decimal, { minLength: 20, maxLength: 40 });
    const asNumber = fc.boolean();
    await fc.assert(
      fc.asyncProperty(amounts, asNumber, (texts, numbers) =>
        inHouse(async (house) => {
          const [world] = fc.sample(worlds({ faults: fc.constant(noFaults) }), { seed: 10, numRuns: 1 });
          await house.clock.set(WORLD_START);
          await house.configure(sourcesOf(world!));
          const sent = texts.map((text, index) => ({
            orderNo: `SO-EXACT-${index}`,
            // A JSON number has no plus and no leading zeros.
            text: numbers
              ? text
                  .replace(/^\+/, '')
                  .replace(/^(-?)0+(?=\d)/, '$1')
                  .replace(/\.$/, '')
              : text,
          }));
          const receipts = await house.append(
            sent.map(({ orderNo, text }) => ({
              source: 'prima',
              body: orderWith(orderNo, numbers ? text : JSON.stringify(text)),
            })),
          );
          await house.fold();
          const { cases } = await rowsOf(house.pool);
          for (const [index, { orderNo, text }] of sent.entries()) {
            const order = cases.find(({ key }) => key === `order:${orderNo}`);
            const quarantined = cases.some(({ key }) => key === `message:${receipts[index]!.position}`);
            expect(quarantined).toBe(order === undefined);
            const exactly = scaled(text, 2);
            if (order) expect(grossOf(order.state)).toBe(exactly);
            else expect(exactly === null || isBeyond(exactly) || hasTooManyDigits(text)).toBe(true);
          }
        }),
      ),
      { numRuns: 4, endOnFailure: true },
    );
  });
});

/** The oracle: decimal text as an integer of its smallest unit; null where it has more decimals than that. */
function scaled(text: string, places: number): bigint | null {
  const [, sign = '', whole = '', fraction = ''] = /^([+-]?)(\d+)(?:\.(\d*))?$/.exec(text) ?? [];
  if (/[1-9]/.test(fraction.slice(places))) return null;
  const magnitude = BigInt(whole + fraction.slice(0, places).padEnd(places, '0'));
  return sign === '-' ? -magnitude : magnitude;
}

function isBeyond(amount: bigint): boolean {
  return amount > LIMIT || amount < -LIMIT;
}

/** More than anybody may write on either side of the point. */
function hasTooManyDigits(text: string): boolean {
  const [whole = '', fraction = ''] = text.replace(/^[+-]/, '').split('.');
  return whole.length > 15 || fraction.length > 15 || whole.replace(/^0+/, '').length + fraction.length > 15;
}

function roundedHalfAway(numerator: bigint, divisor: bigint): bigint {
  const sign = numerator < 0n === divisor < 0n ? 1n : -1n;
  const [n, d] = [numerator < 0n ? -numerator : numerator, divisor < 0n ? -divisor : divisor];
  const [whole, rest] = [n / d, n % d];
  return sign * (rest * 2n >= d ? whole + 1n : whole);
}

type Document = Record<string, string> & {
  version: number;
  lines: Record<string, string>[];
  totals: Record<string, string>;
};

/** The highest version of each document. */
function winners(messages: readonly { body: string }[]): Document[] {
  const best = new Map<string, Document>();
  for (const { body } of messages) {
    const document = JSON.parse(body) as Document;
    const name = NUMBERS[document.documentType ?? ''];
    if (name === undefined) continue;
    const key = `${document.documentType}/${document[name]}`;
    if ((best.get(key)?.version ?? -1) < document.version) best.set(key, document);
  }
  return [...best.values()];
}

const NUMBERS: Record<string, string> = {
  SalesOrder: 'salesOrderNo',
  Invoice: 'invoiceNo',
  ItemFulfilment: 'fulfilmentNo',
  CreditNote: 'creditNoteNo',
};

/** By what and in which currency or unit: the sum in minor or micro-units, as text. */
type Sums = Record<string, string>;

function add(sums: Map<string, bigint>, name: string, amount: bigint | null): void {
  if (amount === null) throw new Error(`${name} is no exact amount`);
  sums.set(name, (sums.get(name) ?? 0n) + amount);
}

function told(sums: Map<string, bigint>): Sums {
  return Object.fromEntries([...sums].sort().map(([name, sum]) => [name, String(sum)]));
}

function sumsOf(documents: readonly Document[]): Sums {
  const sums = new Map<string, bigint>();
  for (const document of documents) {
    const { documentType: type = '', currency = '', lines } = document;
    for (const line of lines) {
      if (type === 'Invoice' && (line.salesOrderNo ?? document.salesOrderNo) == null) continue;
      add(sums, `${type} quantity ${line.uom}`, scaled(line.quantity ?? '', 6));
      if (type === 'ItemFulfilment') continue;
      for (const field of ['net', 'tax', 'gross'])
        add(sums, `${type} ${field} ${currency}`, scaled(line[field] ?? '', 2));
    }
  }
  return told(sums);
}

interface Kept {
  value: { currency?: string; lines: Record<string, number | string>[] };
}

async function sumsInCases({ pool }: House): Promise<Sums> {
  const sums = new Map<string, bigint>();
  const slots = {
    SalesOrder: 'salesOrders',
    Invoice: 'invoices',
    ItemFulfilment: 'fulfilments',
    CreditNote: 'creditNotes',
  };
  for (const { kind, state } of (await rowsOf(pool)).cases) {
    if (kind !== 'order') continue;
    const order = JSON.parse(state) as Record<string, Kept[]>;
    for (const [type, slot] of Object.entries(slots)) {
      for (const { value: document } of order[slot] ?? []) {
        for (const line of document.lines) {
          add(sums, `${type} quantity ${line.uom}`, BigInt(line.quantity ?? ''));
          if (type === 'ItemFulfilment') continue;
          for (const field of ['net', 'tax', 'gross'])
            add(sums, `${type} ${field} ${document.currency ?? ''}`, BigInt(line[field] ?? ''));
        }
      }
    }
  }
  return told(sums);
}

/** A sales order in euros whose gross is this JSON value. */
function orderWith(salesOrderNo: string, gross: string): string {
  const at = new Date(WORLD_START).toISOString();
  return `{"documentType":"SalesOrder","salesOrderNo":"${salesOrderNo}","customerAccount":"C1","currency":"EUR","orderedAt":"${at}",
    "status":"pending_approval","lines":[],"totals":{"net":"0.00","tax":"0.00","gross":${gross}},"version":1,"modifiedAt":"${at}"}`;
}

function grossOf(state: string): bigint {
  const [order] = (JSON.parse(state) as { salesOrders: { value: { totals: { gross: number } } }[] })
    .salesOrders;
  return BigInt(order!.value.totals.gross);
}
