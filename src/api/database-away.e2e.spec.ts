import { type Service, startService } from '../../test/api/service';
import { customer, item, rejected, salesOrder, synchronised } from '../../test/api/story';
import { type Breakable, breakable } from '../../test/support/breakable';

describe('while the database is away', () => {
  let service: Service;
  let way: Breakable;
  let drift: string;

  beforeAll(async () => {
    service = await startService({
      route: async (url) => {
        way = await breakable(url);
        return way.url;
      },
    });
    await service.tell('prima', item('BAG-1'), customer(), salesOrder('SO1'));
    const position = await service.tell('scend', synchronised('BAG-1'), rejected('SO1'));
    drift = String((await service.get(`/v1/drifts?minPosition=${position}`)).at('items', 0, 'id'));
  });
  beforeEach(() => way.cut());
  afterEach(() => way.mend());
  afterAll(async () => {
    await service.close();
    await way.close();
  });

  const urls = [
    '/v1/status',
    '/v1/drifts',
    '/v1/orders/SC-1/trail',
    '/v1/ledger/facts',
    '/v1/alerts',
    '/metrics',
  ];

  it.each([...urls, '/health/ready', '/v1/drifts?minPosition=1'])(
    'answers %s with 503 and when to come again',
    async (url) => {
      const answer = await service.get(url);
      expect(answer.status).toBe(503);
      expect(answer.json.code).toMatch(/^(database|ledger)-unavailable$/);
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.text).not.toContain('127.0.0.1');
    },
  );

  it('lives', async () => {
    expect((await service.get('/health/live')).status).toBe(200);
  });

  it('records no act, and says so', async () => {
    const answer = await service.post(`/v1/drifts/${drift}/comment`, { comment: 'x' });
    expect(answer.status).toBe(503);
  });

  it('answers again as soon as it is back', async () => {
    expect((await service.get('/v1/drifts')).status).toBe(503);
    way.mend();
    for (const url of urls) expect([url, (await service.get(url)).status]).toEqual([url, 200]);
    const answer = await service.post(`/v1/drifts/${drift}/comment`, { comment: 'x' });
    expect(answer.json).toMatchObject({ acts: [{ comment: 'x' }] });
  });
});
