/** Lists of facts end early rather than hold more than they have room for, and lose none. */
import { type Service, startService } from '../../../test/api/service';
import { salesOrder } from '../../../test/api/story';

const VERSIONS = 5;
/** Two bytes a character: what the database counts and what JavaScript counts differ. */
const NOTE = 'é'.repeat(1_500_000);

interface Listed {
  position: number;
}

describe('facts of three megabytes', () => {
  let service: Service;
  const positions: number[] = [];
  beforeAll(async () => {
    service = await startService();
    for (let version = 1; version <= VERSIONS; version++)
      positions.push(await service.tell('prima', salesOrder('SO1', { version, note: NOTE })));
    await service.get(`/v1/status?minPosition=${positions.at(-1)}`);
  });
  afterAll(() => service.close());

  /** Positions of all that is listed, page by page. */
  async function walk(url: string): Promise<number[][]> {
    const pages: number[][] = [];
    for (let cursor = ''; ;) {
      const { json, text } = await service.get(`${url}${cursor}`);
      pages.push((json.items as Listed[]).map(({ position }) => position));
      expect(Buffer.byteLength(text)).toBeLessThan(16 * 1024 * 1024);
      if (json.nextCursor === null) return pages;
      cursor = `&cursor=${json.nextCursor as string}`;
    }
  }

  it.each([
    ['the ledger', '/v1/ledger/facts?source=prima&limit=100'],
    ["an order's trail", '/v1/orders/SO1/trail?limit=100'],
  ])('come in several pages of %s, each once', async (_, url) => {
    const pages = await walk(url);
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flat().toSorted((a, b) => a - b)).toEqual(positions);
  });

  it("come in several pages of an article's trail, newest first", async () => {
    const told: number[] = [];
    for (let sequence = 1; sequence <= VERSIONS; sequence++)
      told.push(await service.tell('scend', { ...adjusted(sequence), note: NOTE }));
    await service.get(`/v1/status?minPosition=${told.at(-1)}`);
    const pages = await walk('/v1/stock/BAG-1/trail?limit=100');
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flat()).toEqual(told.toReversed());
  });

  it('are folded a few at a time for the state as of an instant', async () => {
    const { status, json } = await service.get(`/v1/orders/SO1/trail?limit=1&knownAt=${positions[3]}`);
    expect([status, (json.items as Listed[]).length]).toEqual([200, 1]);
    expect(JSON.stringify(json.state)).toContain('SO1');
  });
});

function adjusted(sequence: number) {
  return {
    event_id: `evt-${sequence}`,
    event_type: 'stock.adjusted',
    occurred_at: '2026-10-01T12:00:00Z',
    client_id: 'ACME',
    warehouse: 'UK1',
    sku: 'BAG-1',
    delta: -1,
    before: 6,
    after: 5,
    status: 'available',
    reason: 'count',
    sequence,
  };
}
