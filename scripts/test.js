/**
 * `npm test`: runs Jest, then says what was skipped and what it needs, and ends with the runner's own numbers. Arguments go
 * to Jest. A test that leaves something open (a pool, a timer, a server) fails the run: Jest only warns, and may then wait
 * for ever, so its warnings are watched for here and it is given ten seconds.
 *
 * With TEST_SUMMARY_FILE set, the last line is also written there.
 */
'use strict';
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const LEAKS = [
  'Jest did not exit',
  'failed to exit gracefully',
  'after the Jest environment has been torn down',
];
const GRACE_MS = 10_000;
const root = path.join(__dirname, '..');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tallystick-test-'));
const results = path.join(folder, 'results.json');
const jest = spawn(
  process.execPath,
  [
    path.join(root, 'node_modules/jest/bin/jest.js'),
    ...(process.stderr.isTTY ? ['--colors'] : []),
    ...process.argv.slice(2),
  ],
  {
    cwd: root,
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...process.env, JEST_TEST_RESULTS: results },
  },
);

let leaked = '';
let waiting = null;
let recent = '';
jest.stderr.on('data', (chunk) => {
  process.stderr.write(chunk);
  recent = (recent + chunk).slice(-4000);
  leaked ||= LEAKS.find((text) => recent.includes(text)) ?? '';
  if (recent.includes(LEAKS[0])) waiting ??= setTimeout(() => jest.kill('SIGKILL'), GRACE_MS);
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => jest.kill(signal));

jest.on('close', (code) => {
  clearTimeout(waiting);
  const { passed, failed, skipped, skippedTests } = read();
  fs.rmSync(folder, { recursive: true, force: true });
  if (skippedTests.length > 0) {
    console.log(`\nSkipped, and what each needs:\n${skippedTests.map((name) => `  - ${name}`).join('\n')}`);
  }
  if (leaked) console.log(`\nA test left something open ("${leaked}"): the run fails.`);
  const summary = `${passed} passed, ${failed} failed, ${skipped} skipped`;
  if (process.env.TEST_SUMMARY_FILE) fs.writeFileSync(process.env.TEST_SUMMARY_FILE, `${summary}\n`);
  console.log(`\n${summary}`);
  process.exitCode = code === 0 && failed === 0 && !leaked ? 0 : 1;
});

function read() {
  if (fs.existsSync(results)) return JSON.parse(fs.readFileSync(results, 'utf8'));
  console.log('\nThe test runner ended without a result.');
  return { passed: 0, failed: 1, skipped: 0, skippedTests: [] };
}
