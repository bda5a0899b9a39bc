import { DocumentRefused } from '../refused';
import { checkedPolicy } from './checked-policy';

const sources = [{ name: 'prima' }, { name: 'scend' }];

function problems(document: unknown): [string, string][] {
  try {
    checkedPolicy(document, sources);
  } catch (error) {
    if (error instanceof DocumentRefused) return error.problems.map(({ path, message }) => [path, message]);
    throw error;
  }
  return [];
}

const scoped = (...scopes: unknown[]) => ({ scopes });
const rejected = (said: object) => ({ 'order-rejected': said });

describe('a policy that is understood', () => {
  it.each<[string, unknown]>([
    ['nothing', null],
    [
      'every setting and every dimension',
      {
        owner: 'operations',
        channels: ['marketplace'],
        detectors: {
          'stock-mismatch': { graceSeconds: 600, toleranceUnits: '2', severity: 'low', owner: 'stock team' },
          'fulfilment-not-invoiced': { accountGraceSeconds: 0, enabled: false },
          'invoice-price-mismatch': { toleranceMinor: 5 },
        },
        scopes: [
          { match: { channel: 'marketplace' }, owner: 'ecommerce' },
          {
            match: { sku: 'BAG-*', warehouse: 'UK1' },
            detectors: { 'stock-mismatch': { toleranceUnits: '3.5' } },
          },
          {
            match: { customer: 'C1', channel: 'telephone', source: 'prima' },
            detectors: rejected({ severity: 'critical' }),
          },
        ],
        feeds: { prima: { allowedLatenessSeconds: 60 }, 'scend/order': { expectedIntervalSeconds: 600 } },
      },
    ],
    // Each says something else of the same things: together they are one scope.
    [
      'one match in two scopes',
      scoped(
        { match: { sku: 'BAG-1' }, owner: 'ada' },
        { match: { sku: 'BAG-1' }, detectors: { 'stock-mismatch': { graceSeconds: 1 } } },
        { match: { sku: 'BAG-1' }, owner: 'ada' },
        { match: { sku: 'BAG-1*' }, owner: 'bob' },
      ),
    ],
  ])('%s', (_, document) => {
    expect(problems(document)).toEqual([]);
  });

  it('believes what names a source as long as no source is known', () => {
    expect(() => checkedPolicy({ feeds: { elsewhere: {} } }, null)).not.toThrow();
  });
});

describe('a policy that is refused names the place and what there is', () => {
  const stock = { 'stock-mismatch': { graceSeconds: 1 } };
  it.each<[string, unknown, string, string]>([
    [
      'a negative grace',
      { detectors: rejected({ graceSeconds: -1 }) },
      'detectors.order-rejected.graceSeconds',
      '>=0',
    ],
    [
      'a negative tolerance',
      { detectors: { 'invoice-price-mismatch': { toleranceMinor: -1 } } },
      'detectors.invoice-price-mismatch.toleranceMinor',
      '>=0',
    ],
    [
      'a negative tolerance in units',
      scoped({ match: { sku: 'A' }, detectors: { 'stock-mismatch': { toleranceUnits: '-2' } } }),
      'scopes[0].detectors.stock-mismatch.toleranceUnits',
      'not negative',
    ],
    [
      'a tolerance that is no text',
      { detectors: { 'stock-mismatch': { toleranceUnits: 2.5 } } },
      'detectors.stock-mismatch.toleranceUnits',
      'in quotes',
    ],
    [
      'an unknown detector',
      { detectors: { 'no-such': {} } },
      'detectors.no-such',
      'there are: order-rejected, ',
    ],
    [
      'an unknown detector in a scope',
      scoped({ match: { sku: 'A' }, detectors: { 'no-such': {} } }),
      'scopes[0].detectors.no-such',
      'no such detector',
    ],
    [
      'a setting that the detector does not read',
      { detectors: rejected({ toleranceMinor: 1 }) },
      'detectors.order-rejected.toleranceMinor',
      'it reads graceSeconds, severity, enabled, owner',
    ],
    [
      'an unknown source',
      scoped({ match: { source: 'sap' }, owner: 'x' }),
      'scopes[0].match.source',
      'there are: prima, scend',
    ],
    ['an unknown feed', { feeds: { sap: {} } }, 'feeds.sap', 'no source is named sap'],
    [
      'a stream of an unknown source',
      { feeds: { 'sap/order': {} } },
      'feeds.sap/order',
      'no source is named sap',
    ],
    ['a feed without its stream', { feeds: { 'prima/': {} } }, 'feeds.prima/', 'write prima'],
    [
      'an unknown channel',
      scoped({ match: { channel: 'fax' }, owner: 'x' }),
      'scopes[0].match.channel',
      'there are: scayle, orocommerce, sfmc, telephone',
    ],
    ['an unknown dimension', scoped({ match: { country: 'DE' }, owner: 'x' }), 'scopes[0].match', 'country'],
    [
      'a match of everything',
      scoped({ match: {}, owner: 'x' }),
      'scopes[0].match',
      'must name at least one of',
    ],
    ['two stars', scoped({ match: { sku: 'A*B*' }, owner: 'x' }), 'scopes[0].match.sku', 'one * only'],
    ['a star alone', scoped({ match: { sku: '*' }, owner: 'x' }), 'scopes[0].match.sku', 'one * only'],
    ['a scope that says nothing', scoped({ match: { sku: 'A' } }), 'scopes[0]', 'says nothing'],
    [
      'a scope by what the drifts do not have',
      scoped({ match: { channel: 'scayle' }, detectors: stock }),
      'scopes[0].detectors.stock-mismatch',
      'can be told by sku, warehouse',
    ],
    [
      'two owners of the same',
      scoped({ match: { sku: 'A*' }, owner: 'ada' }, { match: { sku: 'A*' }, owner: 'bob' }),
      'scopes[1].owner',
      'scopes[0] matches the same and says "ada"',
    ],
    [
      'two graces of the same',
      scoped(
        { match: { sku: 'A', warehouse: 'UK1' }, detectors: stock },
        { match: { warehouse: 'UK1', sku: 'A' }, detectors: { 'stock-mismatch': { graceSeconds: 2 } } },
      ),
      'scopes[1].detectors.stock-mismatch.graceSeconds',
      'is ambiguous',
    ],
    ['an owner without a name', { owner: '' }, 'owner', 'must not be empty'],
    ['an owner that is a number', { owner: 7 }, 'owner', 'put it in quotes'],
  ])('%s', (_, document, place, words) => {
    expect(problems(document)).toContainEqual([place, expect.stringContaining(words)]);
  });
});
