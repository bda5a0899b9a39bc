import fc from 'fast-check';
import { noMappings } from '../../domain/mapping/mappings';
import { defaultPolicy } from '../../domain/policy';
import { encodeRow, factRows } from '../../ledger/fact-rows';
import type { ProjectionSource } from '../settings';
import { Reader, laneOf } from './split';

const prima: ProjectionSource = {
  name: 'books',
  kind: 'prima',
  timeZone: 'UTC',
  legalEntity: 'X',
  startsAt: null,
  expectedIntervalSeconds: null,
};
const settings = {
  policy: defaultPolicy,
  mapping: noMappings,
  source: (name: string) => (name === prima.name ? prima : undefined),
  sources: () => [prima],
};

function readerOf(payload: string | Buffer, source = prima.name): number | null {
  const row = factRows(true);
  const identity = Buffer.alloc(32);
  const at = { position: 1, block: 1, recordedAt: 0, occurredAt: null };
  row.push(encodeRow({ ...at, source, type: null, key: null, actor: 'test', identity, payload }));
  expect(row.next()).toBe(true);
  return new Reader(settings, 3).of(row);
}

describe('who reads a fact', () => {
  it('is the lane that has the order, however the message is laid out', () => {
    const orderNo = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(...'ABCSO-0123456789') });
    const space = fc.constantFrom('', ' ', '\n  ');
    fc.assert(
      fc.property(orderNo, space, space, (order, before, after) => {
        const payload = `{"documentType":"X",${before}"salesOrderNo"${before}:${after}"${order}","lines":[]}`;
        expect(readerOf(payload)).toBe(laneOf(`order:${order}`, 3));
      }),
    );
  });

  it('is nobody in particular where no order is named, nothing is text, or the source is unknown', () => {
    for (const payload of ['{}', '{"salesOrderNo":null}', '{"salesOrderNo"', '', '{"salesOrderNo":"A'])
      expect(readerOf(payload)).toBeNull();
    expect(readerOf(Buffer.from([255, 0]))).toBeNull();
    expect(readerOf('{"salesOrderNo":"A"}', 'stranger')).toBeNull();
  });

  it('no other case than an order’s has a lane', () => {
    expect(laneOf('stock:A@UK1', 3)).toBeNull();
    expect(laneOf('product:order:1', 3)).toBeNull();
  });

  it('orders are spread evenly', () => {
    const counts = [0, 0, 0];
    for (let i = 0; i < 9_000; i++) counts[laneOf(`order:SO${1_000_000 + i}`, 3) ?? 0]!++;
    for (const count of counts) expect(Math.abs(count - 3_000)).toBeLessThan(300);
  });
});
