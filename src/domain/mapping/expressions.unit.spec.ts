import { DocumentRefused } from '../refused';
import { customMapping } from '../sources/custom/mapping';
import { kindFor } from '../sources/registry';
import { settings } from '../sources/testing.fixture';
import { checkedMapping } from './check';
import { Mappings } from './mappings';

const orders = { facts: '{ "type": "item-synchronised", "sku": code }' };
const mapping = customMapping.parse({
  type: 'kind',
  key: 'no',
  time: 'at',
  types: { order: orders, item: orders },
});
const erp = { ...settings, name: 'erp', kind: 'custom', mapping };
const sources = [erp, { ...settings, name: 'prima', kind: 'prima' }];
const message = { kind: 'order', no: '1', at: '2026-11-20T09:00:00Z', code: 'A', sku: 'B' };

function problems(...expressions: unknown[]) {
  try {
    checkedMapping({ expressions }, sources);
  } catch (error) {
    if (error instanceof DocumentRefused)
      return error.problems.map(({ path, message: why }) => `${path}: ${why}`);
    throw error;
  }
  return [];
}

function read(...expressions: unknown[]) {
  const source = new Mappings(checkedMapping({ expressions }, sources)).reading(erp);
  const translation = kindFor(source)?.translate(message, source);
  return translation?.ok === true ? translation.facts : translation;
}

it('a corrected type is read anew, and the others as before', () => {
  expect(read()).toMatchObject([{ body: { sku: 'A' }, doc: 'order/1' }]);
  const facts = ['{ "type": "item-synchronised",', '  "sku": sku }'];
  expect(read({ source: 'erp', types: { order: { facts } } })).toMatchObject([{ body: { sku: 'B' } }]);
  expect(read({ source: 'erp', types: { item: { facts } } })).toMatchObject([{ body: { sku: 'A' } }]);
  expect(read({ source: 'erp', key: '"no " & no', types: {} })).toMatchObject([{ doc: 'order/no 1' }]);
});

it('is the same object for the same settings, and the settings themselves where nothing is said', () => {
  const mappings = new Mappings(checkedMapping({ expressions: [{ source: 'erp', key: 'code' }] }, sources));
  expect(mappings.reading(erp)).toBe(mappings.reading(erp));
  expect(mappings.reading(erp)).not.toBe(erp);
  const other = { ...erp, name: 'other' };
  expect(mappings.reading(other)).toBe(other);
  expect(new Mappings().reading(erp)).toBe(erp);
});

describe('is refused, with source, expression and place, for', () => {
  it.each<[string, unknown[], RegExp]>([
    [
      'what does not compile',
      [{ source: 'erp', types: { order: { facts: ['{', '  "type" "item" }'] } } }],
      /^expressions\[0\]\.types\.order\.facts: .*\(line 2, character \d+\), of erp$/,
    ],
    [
      'a clock',
      [{ source: 'erp', time: '$now()' }],
      /^expressions\[0\]\.time: \$now is not there.*, of erp$/,
    ],
    [
      'an unknown source',
      [{ source: 'sap' }],
      /^expressions\[0\]\.source: no source is named sap; there are: erp, prima/,
    ],
    [
      'a source that reads itself',
      [{ source: 'prima' }],
      /^expressions\[0\]\.source: prima reads its messages itself/,
    ],
    ['no source', [{ key: 'no' }], /^expressions\[0\]\.source: is required/],
    [
      'two entries of one source',
      [{ source: 'erp' }, { source: 'erp' }],
      /^expressions\[1\]: corrects erp, as expressions\[0\]/,
    ],
    [
      'what only settings say',
      [{ source: 'erp', transportFields: ['id'] }],
      /^expressions\[0\]: .*transportFields/,
    ],
    ['an expression that is no text', [{ source: 'erp', key: 7 }], /^expressions\[0\]\.key: /],
  ])('%s', (_, entries, words) => {
    expect(problems(...entries)).toEqual([expect.stringMatching(words)]);
  });
});
