/** Everything that is wrong with a configuration is told at once, with file, line and the word that was meant. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError } from '../platform/config';
import { readConfig, warningsOf } from './config';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tallystick-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function problems(file: string, env: Record<string, string> = {}): string[] {
  writeFileSync(path.join(folder, 'tallystick.yaml'), file);
  try {
    readConfig(env, folder);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const WRONG = `
sources:
  - { name: books, kind: prma, timeZone: UTC, legalEntity: ACME }
  - name: erp
    kind: custom
    timeZone: UTC
    legalEntity: ACME
    mapping:
      type: doctype
      key: name
      time: $now()
      types: {}
  - { name: shop, kind: custom, timeZone: UTC, legalEntity: ACME }
  - { name: other, kind: custom, timeZone: UTC, legalEntity: ACME, mapping: other.json }
keys:
  - { name: ada, role: admn, sha256: ${'a'.repeat(64)} }
alerts:
  routes:
    - { detectors: [stock-missmatch], mute: true }
    - { severities: [hig], mute: true }
policy:
  detectors:
    stock-missmatch: { enabled: false }
  scopes:
    - match: { channel: scale }
      owner: shop
`;

it('of every section, with its line and the nearest word', () => {
  writeFileSync(path.join(folder, 'other.json'), '{"type": "a", "kee": "b"}');
  const env = { LOG_LEVEL: 'warning', ROLE: 'api,projecter', TALLYSTICK_MAX_MESSAGES: 'many' };
  const said = problems(WRONG, env);
  const expected = [
    /^environment: ROLE\[1\]: must be all, or some of .* \(did you mean projector\?\)$/,
    /^environment: LOG_LEVEL: must be one of .* \(did you mean warn\?\)$/,
    /^environment: TALLYSTICK_MAX_MESSAGES: must be a whole number/,
    /^tallystick.yaml: line 3: sources\[0\].kind: there is no such kind \(did you mean prima\?\); the kinds are /,
    /^tallystick.yaml: line 11: sources\[1\].mapping.time: \$now is not there/,
    /^tallystick.yaml: line 13: sources\[2\].mapping: a custom source is read by its mapping, and needs one/,
    /^tallystick.yaml: line 14: sources\[3\].mapping.key: /,
    /^tallystick.yaml: line 16: keys\[0\].role: must be one of .* \(did you mean admin\?\)$/,
    /^tallystick.yaml: line 19: alerts.routes\[0\].detectors\[0\]: there is no such detector \(did you mean stock-mismatch\?\)/,
    /^tallystick.yaml: line 20: alerts.routes\[1\].severities\[0\]: must be .* \(did you mean high\?\)$/,
    /^tallystick.yaml: line 23: policy.detectors.stock-missmatch: no such detector \(did you mean stock-mismatch\?\); there are: /,
    /^tallystick.yaml: line 25: policy.scopes\[0\].match.channel: no channel is named scale \(did you mean scayle\?\); /,
  ];
  for (const each of expected) expect(said).toContainEqual(expect.stringMatching(each));
});

it('a variable of ours that there is not is told with the nearest that there is', () => {
  const env = {
    TALLYSTICK_DATADIR: '/data',
    TALLYSTICK_MAX_MESSAGE: '1',
    TALLYSTICK_BRIDGE_SECRET: 'hunter2',
    TALLYSTICK_DATA_DIR: '/data',
    TALLYSTICK_X: 'hunter2',
    DATADIR: '/data',
  };
  writeFileSync(path.join(folder, 'tallystick.yaml'), '# secret: { env: TALLYSTICK_BRIDGE_SECRET }');
  expect(warningsOf(env, folder)).toEqual([
    'environment: TALLYSTICK_DATADIR is nothing that Tallystick reads; did you mean TALLYSTICK_DATA_DIR?',
    'environment: TALLYSTICK_MAX_MESSAGE is nothing that Tallystick reads; did you mean TALLYSTICK_MAX_MESSAGES?',
    'environment: TALLYSTICK_X is nothing that Tallystick reads',
  ]);
});

it('a configuration without a fault has none', () => {
  expect(
    problems(`
sources: [{ name: books, kind: prima, timeZone: UTC, legalEntity: ACME }]
alerts: { routes: [{ detectors: [stock-mismatch], mute: true }] }
policy: { detectors: { stock-mismatch: { enabled: false } }, feeds: { books: { silenceMeansNothing: true } } }
`),
  ).toEqual([]);
});
