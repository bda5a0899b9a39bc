import { createWorld, everyFault, noFaults } from '.';
import type { Document, Line } from './testing/read-back.fixture';
import { minor, readBack } from './testing/read-back.fixture';

const startAt = Date.UTC(2026, 10, 2, 5);
const back = (seed: number, faults = everyFault(1)) =>
  readBack(createWorld({ seed, orders: 200, startAt, faults }).messages());

const total = (lines: Line[], field: 'net' | 'tax' | 'gross') =>
  lines.reduce((sum, line) => sum + minor(line[field]), 0n);

/** Twice the distance between the tax and its exact value, in hundredths of a percent of a minor unit. */
const taxError = (line: Line) => {
  const distance = minor(line.tax) * 10_000n - minor(line.net) * minor(line.taxRate);
  return 2n * (distance < 0n ? -distance : distance);
};

const addsUp = ({ lines, totals }: Document) =>
  total(lines, 'net') === minor(totals.net) &&
  total(lines, 'tax') === minor(totals.tax) &&
  total(lines, 'gross') === minor(totals.gross) &&
  lines.every((line) => taxError(line) <= 10_000n) &&
  lines.every((line) => minor(line.net) + minor(line.tax) === minor(line.gross));

describe('money', () => {
  it.each(['SalesOrder', 'Invoice', 'CreditNote'])('adds up in every %s', (type) => {
    const documents = back(1).documents(type);
    expect(documents.length).toBeGreaterThan(5);
    expect(documents.filter((document) => !addsUp(document))).toEqual([]);
  });

  it('is quantity times price less discount on every order line', () => {
    for (const order of back(2).documents('SalesOrder')) {
      for (const line of order.lines) {
        const full = minor(line.unitPrice) * BigInt(line.quantity);
        expect(full - minor(line.discount ?? '0.00')).toBe(minor(line.net));
      }
    }
  });

  it('bills a billed order to the penny, over however many invoices', () => {
    const read = back(3, noFaults);
    const billed = new Map<string, bigint>();
    for (const invoice of read.documents('Invoice')) {
      for (const line of invoice.lines) {
        const order = line.salesOrderNo ?? invoice.salesOrderNo;
        billed.set(order, (billed.get(order) ?? 0n) + minor(line.net));
      }
    }
    const orders = [...read.orders.values()].filter((order) => order.status === 'billed');
    const off = orders.filter((order) => billed.get(order.salesOrderNo) !== minor(order.totals.net));
    expect(orders.length).toBeGreaterThan(50);
    // One near miss is off by a single minor unit on purpose.
    expect(off.map((order) => (billed.get(order.salesOrderNo) ?? 0n) - minor(order.totals.net))).toEqual([
      1n,
    ]);
  });

  it('refunds what it credits', () => {
    const read = back(4, noFaults);
    const credited = new Map(
      read.documents('CreditNote').map((note) => [note['returnRef'], note.totals.gross]),
    );
    const refunds = read.documents('RefundRequest');
    expect(refunds.length).toBeGreaterThan(3);
    for (const refund of refunds) expect(refund['amount']).toBe(credited.get(refund['returnRef']));
  });
});
