import { type Service, startService } from '../../test/api/service';
import { customer, hour, item, received, rejected, salesOrder, synchronised } from '../../test/api/story';
import { readDigest } from './digest';

describe('the digest', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());

  it('sums up what is open, new and resolved', async () => {
    await service.tell(
      'prima',
      item('BAG-1'),
      customer(),
      salesOrder('SO1'),
      salesOrder('SO2'),
      salesOrder('SO3'),
    );
    await service.tell('scend', synchronised('BAG-1'), ...['SO1', 'SO2', 'SO3'].map((no) => rejected(no)));
    await service.get(`/v1/status?minPosition=${(await service.ledger.head()).position}`);
    const position = await service.tell('scend', received('SO3', hour(2)));
    const { json, status } = await service.get(`/v1/digest?minPosition=${position}`);
    expect([status, json.position]).toEqual([200, position]);
    expect(json).toMatchObject({
      open: 2,
      accepted: 0,
      resolved: 1,
      atRisk: [{ minor: 4760, currency: 'EUR' }],
    });
    expect(json.detectors).toContainEqual({
      detector: 'order-rejected',
      open: 2,
      opened: 3,
      resolved: 1,
      atRisk: [{ minor: 4760, currency: 'EUR' }],
    });
    expect(json.stock).toEqual({ explained: '0', unexplained: '0', share: null });
  });

  it.each([
    [0, '<1'],
    [0.99, '<1'],
    [1, '1–3'],
    [3.99, '1–3'],
    [4, '4–7'],
    [7.99, '4–7'],
    [8, '8–30'],
    [30.99, '8–30'],
    [31, '31–60'],
    [60.99, '31–60'],
    [61, '61–90'],
    [90.99, '61–90'],
    [91, '>90'],
    [4000, '>90'],
  ])('puts what is %s days old into %s', async (age, days) => {
    const { pool } = service.database;
    await pool.query(
      `UPDATE live.drifts SET opened_at = (SELECT instant FROM live.checkpoint) - $1::float8 * interval '1 day'`,
      [age],
    );
    const ageing = (await readDigest(pool))?.ageing.filter(({ drifts }) => drifts > 0);
    expect(ageing).toEqual([{ days, drifts: 2, atRisk: [{ minor: 4760, currency: 'EUR' }] }]);
  });

  it('counts dispatches that Prima does not have', async () => {
    const { pool } = service.database;
    await pool.query(`UPDATE live.drifts SET detector = 'shipment-not-in-erp' WHERE subject LIKE '%SC-1'`);
    expect((await readDigest(pool))?.shipmentsWithoutFulfilment).toBe(1);
  });
});
