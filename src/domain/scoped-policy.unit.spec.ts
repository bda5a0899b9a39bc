import { type Scope, dimensions, ownerOf, policySchema } from './policy';
import { scopedPolicies } from './scoped-policy';

const everything = { customer: 'C1', sku: 'BAG-10', warehouse: 'UK1', channel: 'scayle', source: 'prima' };
const CODE = 'stock-mismatch';

/** Who owns what matches, in either order of writing. */
function owners(...matches: Scope['match'][]): (string | null)[] {
  const scopes = matches.map((match) => ({ match, owner: JSON.stringify(match) }));
  return [scopes, scopes.toReversed()].map((each) => {
    const policy = policySchema.parse({ owner: 'everybody', scopes: each });
    return ownerOf(scopedPolicies(policy)?.of(everything) ?? policy, CODE);
  });
}

function goesBefore(winner: Scope['match'], loser: Scope['match']): void {
  const text = JSON.stringify(winner);
  expect(owners(winner, loser)).toEqual([text, text]);
}

describe('of two scopes that match', () => {
  const pairs = dimensions.flatMap((first, index) =>
    dimensions.slice(index + 1).map((second) => [first, second] as const),
  );

  it.each(pairs)('%s goes before %s', (first, second) => {
    goesBefore({ [first]: everything[first] }, { [second]: everything[second] });
  });

  it.each(dimensions)('two others go before %s alone', (alone) => {
    const [one, two] = dimensions.filter((name) => name !== alone).slice(-2);
    if (!one || !two) throw new Error('there are five');
    goesBefore({ [one]: everything[one], [two]: everything[two] }, { [alone]: everything[alone] });
  });

  it('of equally many, the one with what comes first goes before', () => {
    goesBefore({ customer: 'C1', source: 'prima' }, { sku: 'BAG-10', warehouse: 'UK1' });
  });

  it('a whole SKU goes before a beginning, and a longer beginning before a shorter', () => {
    goesBefore({ sku: 'BAG-10' }, { sku: 'BAG-10*' });
    goesBefore({ sku: 'BAG-*' }, { sku: 'B*' });
    goesBefore({ sku: 'B*', source: 'prima' }, { sku: 'BAG-10' });
  });
});

it('what does not match says nothing', () => {
  const none = [
    { sku: 'BAG-1' },
    { sku: 'BAG-100*' },
    { customer: 'C1', channel: 'telephone' },
    { warehouse: 'DE1' },
  ];
  expect(owners(...none)).toEqual(['everybody', 'everybody']);
  const policy = policySchema.parse({ scopes: [{ match: { customer: 'C1' }, owner: 'ada' }] });
  const book = scopedPolicies(policy);
  expect(book?.of({ sku: 'C1', customer: null })).toBe(policy);
});

it('settings are taken one by one, and a scope has what a broader one gave to one detector', () => {
  const policy = policySchema.parse({
    owner: 'all',
    detectors: { [CODE]: { graceSeconds: 1, severity: 'low', owner: 'stock' } },
    scopes: [
      { match: { sku: 'BAG-*' }, detectors: { [CODE]: { graceSeconds: 2, toleranceUnits: '1' } } },
      { match: { warehouse: 'UK1' }, owner: 'uk', detectors: { [CODE]: { graceSeconds: 3 } } },
      { match: { warehouse: 'UK1', sku: 'BAG-10' }, detectors: { [CODE]: { enabled: false } } },
    ],
  });
  const of = scopedPolicies(policy)?.of({ sku: 'BAG-10', warehouse: 'UK1' });
  expect(of?.detectors[CODE]).toEqual({
    graceSeconds: 2,
    severity: 'low',
    toleranceUnits: '1',
    enabled: false,
    owner: 'uk',
  });
  expect([of && ownerOf(of, CODE), of && ownerOf(of, 'order-rejected')]).toEqual(['uk', 'uk']);
  expect(scopedPolicies(policy)?.of({ sku: 'BAG-10', warehouse: 'UK1' })).toBe(of);
});

it('a policy without scopes is the same for everything', () => {
  expect(scopedPolicies(policySchema.parse({ owner: 'all' }))).toBeNull();
  expect(scopedPolicies(policySchema.parse({ scopes: [] }))).toBeNull();
});
