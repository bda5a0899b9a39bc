import { scendExamples } from './examples';
import { readJson } from './json';
import { MOST_ITEMS } from './most-items';
import { scend } from './scend';
import { settings } from './testing.fixture';

const receipt = (lines: number) => ({
  ...(readJson(scendExamples['goods.received'] ?? '') as object),
  lines: Array.from({ length: lines }, (_, no) => ({ sku: `SKU-${no}`, qty: 1 })),
});

it('a document of more items than any has is quarantined by their name; a count is not one document', () => {
  expect(scend.translate(receipt(MOST_ITEMS), settings).ok).toBe(true);
  expect(scend.translate(receipt(MOST_ITEMS + 1), settings)).toEqual({
    ok: false,
    code: 'message-invalid',
    path: 'lines',
    reason: 'must have at most 10000 items, and has 10001',
  });
  const [line] = (readJson(scendExamples['stock.level'] ?? '') as { lines: object[] }).lines;
  const lines = Array.from({ length: MOST_ITEMS + 1 }, (_, no) => ({ ...line, sku: `SKU-${no}` }));
  const level = { ...(readJson(scendExamples['stock.level'] ?? '') as object), lines };
  expect(scend.translate(level, settings)).toMatchObject({ ok: true });
});
