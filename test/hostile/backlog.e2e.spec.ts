/** Large messages that wait, and a small heap. */
import { canaries, sing } from '../site/canaries';
import { startSite } from '../site/site';
import { unsound } from '../site/sound';
import { freshDatabase } from '../support/postgres';

const MESSAGES = 400;
const BYTES = 2 * 1024 * 1024;
const A_REQUEST = 10;

/** Half of them are large in what nobody reads, half in lines. */
function largeOrder(no: number): string {
  const at = '2026-11-22T09:00:00Z';
  const order = {
    documentType: 'SalesOrder',
    salesOrderNo: `SO-LARGE-${no}`,
    currency: 'GBP',
    orderedAt: at,
    status: 'pending_fulfilment',
    totals: { net: '1.00', tax: '0.00', gross: '1.00' },
    version: 1,
    modifiedAt: at,
  };
  const line = (lineNo: number) => ({
    lineNo,
    itemCode: `HAT-${lineNo % 50}`,
    quantity: '1',
    uom: 'EA',
    note: 'x'.repeat(1_900),
  });
  if (no % 2 === 0) return JSON.stringify({ ...order, lines: [line(1)], note: 'x'.repeat(BYTES) });
  return JSON.stringify({
    ...order,
    lines: Array.from({ length: Math.floor(BYTES / 1_985) }, (_, index) => line(index + 1)),
  });
}

it(`${MESSAGES} messages of 2 MB in a backlog fold, live and in a replay, in a heap of 512 MB`, async () => {
  const database = await freshDatabase();
  const flown = canaries(1);
  try {
    const recording = await startSite({ databaseUrl: database.url, env: { ROLE: 'api,ingest' } });
    for (let from = 0; from < MESSAGES; from += A_REQUEST) {
      const some = Array.from({ length: A_REQUEST }, (_, index) => largeOrder(from + index));
      expect((await recording.door.deliver('prima', some)).status).toBe(202);
    }
    await sing(recording.door, flown);
    await recording.stop();
    const folding = await startSite({
      databaseUrl: database.url,
      nodeArguments: ['--max-old-space-size=512'],
    });
    expect(await unsound(folding, [flown])).toEqual([]);
    await folding.stop();
  } finally {
    await database.drop();
  }
}, 300_000);
