import { emptyMapping, mappingSchema } from '../domain/mapping/tables';
import { noMappings } from '../domain/mapping/mappings';
import { defaultPolicy, policySchema } from '../domain/policy';
import { CurrentSettings, type Made, fingerprint, madeByThisCode, madeSettings, readMade } from './settings';

const lenient = policySchema.parse({ detectors: { 'order-rejected': { enabled: false } } });
const mapping = mappingSchema.parse({ 'sku-aliases': [{ from: 'A', to: 'B' }] });
const source = {
  name: 'prima',
  kind: 'prima',
  timeZone: 'UTC',
  legalEntity: 'ACME',
  startsAt: null,
  expectedIntervalSeconds: null,
};
const book = { get: () => source, all: () => [source] };
const made: Made = { policy: lenient, configured: defaultPolicy, mapping, sources: [source] };

it('what was made before there were drafts has the policy of the configuration, and the empty mapping', () => {
  const old = readMade(JSON.stringify({ policy: lenient, sources: [] }));
  expect(old).toEqual({ policy: lenient, configured: lenient, mapping: emptyMapping, sources: [] });
  expect(readMade(JSON.stringify({ ...made, mapping: { units: [] } })).mapping).toEqual(emptyMapping);
  expect(readMade(JSON.stringify(made))).toEqual(made);
});

it('in force is what the live generation was made with; its policy as long as the configuration says the same', () => {
  const settings = new CurrentSettings(defaultPolicy, book);
  expect([settings.policy, settings.mapping]).toEqual([defaultPolicy, noMappings]);
  settings.adopt(made);
  expect([settings.policy, settings.mapping.document]).toEqual([lenient, mapping]);
  settings.adopt({ ...made, configured: lenient });
  expect([settings.policy, settings.mapping.document]).toEqual([defaultPolicy, mapping]);
  settings.adopt(null);
  expect([settings.policy, settings.mapping]).toEqual([defaultPolicy, noMappings]);
});

it('another mapping and another policy are another generation, of the same code', () => {
  const as = (over: Partial<Made>) => fingerprint(madeSettings({ ...made, ...over }, { source: book.get }));
  const all = [as({}), as({ mapping: emptyMapping }), as({ policy: defaultPolicy })];
  expect(new Set(all).size).toBe(3);
  expect(all.every(madeByThisCode)).toBe(true);
  expect(as({ sources: [] })).toBe(as({}));
});
