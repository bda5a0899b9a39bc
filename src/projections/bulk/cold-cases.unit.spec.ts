import { initialOrder } from '../../domain/cases/order';
import { type CaseRecord, newInMemory } from '../engine/records';
import { ColdCases } from './cold-cases';

function order(orderNo: string, more: Partial<CaseRecord> = {}): CaseRecord {
  return {
    key: `order:${orderNo}`,
    kind: 'order',
    state: initialOrder(orderNo),
    facts: [3, 5],
    chunks: 0,
    waits: [],
    looks: [],
    acts: [],
    drifts: new Map(),
    memory: newInMemory(),
    ...more,
  };
}

describe('resting cases', () => {
  it('come back as they were', () => {
    const cold = new ColdCases();
    const record = order('Gr\u00f6\u00dfe "\\ \u4e2d', {
      looks: ['product:A"1', 'product:B\\2'],
      waits: [{ on: 'clock', at: 17 }],
    });
    cold.put(record);
    cold.put(order('other'));
    expect(cold.waitsOf(record.key)).toEqual(record.waits);
    // It weighs what it was stored as.
    const weighed = { ...record, memory: { ...record.memory, bytes: record.memory.rowBytes } };
    expect(cold.take([record.key, 'order:nobody'])).toEqual([weighed]);
    expect(cold.size).toBe(1);
    expect(cold.take([record.key])).toEqual([]);
  });

  it('are found by what they looked at', () => {
    const cold = new ColdCases();
    cold.put(order('1', { looks: ['product:A', 'product:B"\\'] }));
    cold.put(order('2', { looks: ['product:AB'] }));
    expect(cold.dependents(['product:A'])).toEqual(['order:1']);
    expect(cold.dependents(['product:B"\\', 'product:AB'])).toEqual(['order:1', 'order:2']);
    expect(cold.dependents(['product:C'])).toEqual([]);
  });

  it('are drained as tuples, one each, without those that came back', () => {
    const cold = new ColdCases();
    for (const orderNo of ['1', '2', '3', '4']) cold.put(order(orderNo));
    cold.take(['order:2']);
    const tuples = Buffer.concat([...cold.drainTuples()]).toString('latin1');
    expect(tuples.match(/order:\d/g)).toEqual(
      ['1', '1', '3', '3', '4', '4'].map((orderNo) => `order:${orderNo}`),
    );
    expect(cold.size).toBe(0);
    expect(cold.bytes).toBe(0);
  });

  it('do not grow without end when the same cases come and go', () => {
    const cold = new ColdCases();
    const large = 'x'.repeat(1024 * 1024);
    for (let round = 0; round < 200; round++) {
      cold.put(order('1', { looks: [large] }));
      cold.put(order(`rests-${round % 3}`, { looks: [large] }));
      cold.take(['order:1', `order:rests-${(round + 1) % 3}`]);
    }
    expect(cold.held).toBeLessThan(160 * 1024 * 1024);
    expect(cold.take(['order:rests-1'])).toHaveLength(1);
  });
});
