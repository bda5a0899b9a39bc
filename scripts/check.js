/**
 * `npm run check`: every check that needs no database, each with its time; all of them run, and the end names those that
 * failed. `npm run check -- lint types` runs only these. Two at a time, as the smallest machine has two cores.
 */
'use strict';
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const node = process.execPath;
const bin = (file) => path.join(root, 'node_modules', file);

const sources = ['src', 'test', 'bench'].filter((folder) => fs.existsSync(path.join(root, folder)));

const steps = {
  lint: ['every rule, no warning', node, [bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0']],
  types: ['strict TypeScript', node, [bin('typescript/bin/tsc'), '--noEmit']],
  format: ['prettier', node, [bin('prettier/bin/prettier.cjs'), '--check', '.', '--log-level', 'warn']],
  directions: [
    'imports point one way',
    node,
    [bin('dependency-cruiser/bin/dependency-cruise.mjs'), ...sources, '--config'],
  ],
  unused: ['no unused file, export or dependency', node, [bin('knip/bin/knip.js'), '--no-progress']],
  generated: ['generated files unchanged', node, [path.join(__dirname, 'generate.js'), '--check']],
  portable: ['no address of a machine or registry', node, [path.join(__dirname, 'check-portable.js')]],
};

/** @returns {Promise<boolean>} whether the step passed */
function run(name) {
  const [what, command, args] = steps[name];
  const started = Date.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => (output += error.message));
    child.on('close', (code) => {
      const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(6);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${seconds} s  ${name.padEnd(10)}  ${what}`);
      if (code !== 0) console.log(`\n${output.trim()}\n`);
      resolve(code === 0);
    });
  });
}

async function main(wanted) {
  const unknown = wanted.filter((name) => !Object.hasOwn(steps, name));
  if (unknown.length > 0) {
    console.error(`No such check: ${unknown.join(', ')}. There are: ${Object.keys(steps).join(', ')}.`);
    return 2;
  }
  const waiting = wanted.length > 0 ? [...wanted] : Object.keys(steps);
  const failed = [];
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      if (!(await run(name))) failed.push(name);
    }
  };
  await Promise.all([worker(), worker()]);
  console.log(failed.length > 0 ? `\ncheck failed: ${failed.join(', ')}` : '\ncheck passed');
  return failed.length > 0 ? 1 : 0;
}

main(process.argv.slice(2)).then((code) => (process.exitCode = code));
