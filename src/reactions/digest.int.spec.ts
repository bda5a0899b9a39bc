import { type Service, startService } from '../../test/api/service';
import { customer, item, rejected, salesOrder, synchronised } from '../../test/api/story';
import { dailyDigest } from './digest-alert';
import { digestText } from './digest-text';

const time = { at: 8 * 60, timeZone: 'Europe/London' };
/** London is an hour ahead of UTC in summer. */
const at = (hours: string) => () => new Date(`2026-07-01T${hours}:00Z`);

describe('the daily digest', () => {
  let service: Service;
  const keys = async () =>
    (
      await service.database.pool.query<{ key: string }>(
        `SELECT idempotency_key AS key FROM app.outbox WHERE kind = 'digest' ORDER BY id`,
      )
    ).rows.map(({ key }) => key);
  beforeAll(async () => {
    service = await startService();
    await service.tell('prima', item('BAG-1'), customer(), salesOrder('SO1'));
    const position = await service.tell('scend', synchronised('BAG-1'), rejected('SO1'));
    await service.get(`/v1/status?minPosition=${position}`);
  });
  afterAll(() => service.close());

  it('is written once a day by whoever comes first, when its time has come and not long after', async () => {
    const { pool } = service.database;
    const digest = (hours: string) => dailyDigest(pool, time, at(hours))();
    expect(await digest('06:59')).toBe(false);
    expect(await digest('13:00')).toBe(false);
    expect(await Promise.all(['07:00', '07:00', '07:01'].map(digest))).toContain(true);
    const same = dailyDigest(pool, time, at('12:59'));
    expect([await same(), await same()]).toEqual([false, false]);
    expect(await keys()).toEqual(['digest/2026-07-01']);
    const { json } = await service.get('/v1/alerts?kind=digest');
    expect(json.items).toMatchObject([
      { kind: 'digest', drift: null, status: 'pending', about: { open: 1 } },
    ]);
  });

  it('is told in a few lines', () => {
    const money = [{ minor: 2380, currency: 'EUR' }];
    const digest = {
      position: 9,
      asOf: '2026-07-01T07:00:00.000Z',
      opened: 3,
      resolved: 2,
      open: 14,
      accepted: 1,
      atRisk: [...money, { minor: 100, currency: 'GBP' }],
      ageing: [
        { days: '<1', drifts: 4, atRisk: money },
        { days: '1–3', drifts: 0, atRisk: [] },
        { days: '>90', drifts: 10, atRisk: [] },
      ],
      detectors: [
        ...Array.from({ length: 9 }, (_, index) => ({
          detector: `d${index}`,
          open: 1,
          opened: 0,
          resolved: 0,
          atRisk: [],
        })),
        { detector: 'gone', open: 0, opened: 0, resolved: 2, atRisk: [] },
      ],
      shipmentsWithoutFulfilment: 4,
      stock: { explained: '97', unexplained: '3', share: 0.97 },
    };
    expect(digestText(digest, 'http://tally.test')).toEqual([
      '*Digest* as of 2026-07-01 07:00 UTC: 14 open, 3 new, 2 resolved, 1 accepted',
      'At risk: EUR 23.80 · GBP 1.00',
      'Days open: &lt;1: 4 · &gt;90: 10',
      'Shipments in Scend without a fulfilment in Prima: 4',
      'Stock: 97.0 % of the difference explained (97 units; 3 are not)',
      ...Array.from({ length: 8 }, (_, index) => `• 1 × d${index}: not known`),
      '… and 1 more',
      'http://tally.test/v1/digest',
    ]);
  });
});
