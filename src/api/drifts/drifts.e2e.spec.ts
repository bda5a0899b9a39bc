import { type Service, startService } from '../../../test/api/service';
import { customer, item, rejected, salesOrder, synchronised } from '../../../test/api/story';

describe('drifts over HTTP', () => {
  let service: Service;
  let last: number;

  beforeAll(async () => {
    service = await startService();
    await service.tell('prima', item('BAG-1'), customer(), salesOrder('SO1'), salesOrder('SO2'));
    last = await service.tell('scend', synchronised('BAG-1'), rejected('SO1'), rejected('SO2'));
  });
  afterAll(() => service.close());

  const list = (query: string) => service.get(`/v1/drifts?minPosition=${last}&${query}`);

  it('tells an open drift in its fixed shape', async () => {
    const answer = await list('detector=order-rejected&subject=order:SC-1');
    expect(answer.status).toBe(200);
    expect(answer.json.nextCursor).toBeNull();
    expect(answer.json.items).toMatchObject([
      {
        id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
        detector: 'order-rejected',
        subject: { kind: 'order', id: 'SC-1' },
        discriminator: '',
        status: 'open',
        occurrence: 1,
        resolvedAt: null,
        cause: { code: 'unknown-sku' },
        amountAtRisk: { minor: 2380, currency: 'EUR' },
      },
    ]);
  });

  it('pages by an opaque cursor', async () => {
    const first = await list('detector=order-rejected&limit=1');
    const second = await list(`detector=order-rejected&limit=1&cursor=${String(first.at('nextCursor'))}`);
    const subjects = [first, second].map((page) => page.at('items', 0, 'subject', 'id'));
    expect(subjects.sort()).toEqual(['SC-1', 'SC-2']);
    expect(second.json).toMatchObject({ items: { length: 1 }, nextCursor: null });
  });
});
