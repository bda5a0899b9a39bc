/**
 * The committed documents that are made from code: `npm run generate` writes them; with `--check` they are made in a
 * temporary folder and compared, so that no change to the public surface or the schema lands unseen.
 */
'use strict';
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.join(__dirname, '..');
const documents = ['docs/openapi.json', 'docs/schema.sql', 'docs/schemas', 'docs/reference'];

const check = process.argv.includes('--check');
const target = check ? fs.mkdtempSync(path.join(os.tmpdir(), 'tallystick-docs-')) : root;
const problems = generate() ? documents.filter(() => check).flatMap(differences) : ['The generator failed.'];
if (check) fs.rmSync(target, { recursive: true, force: true });
if (problems.length > 0) {
  console.error(`${problems.join('\n')}\nAfter an intended change: npm run generate`);
  process.exitCode = 1;
}

/** The generator writes relative to where it runs. */
function generate() {
  const run = (cwd, script) => spawnSync(process.execPath, [script], { cwd, stdio: 'inherit' }).status === 0;
  return run(root, path.join(__dirname, 'build.js')) && run(target, path.join(root, 'dist/cli/generate.js'));
}

/** Compares one document, or every file of a folder of documents, as committed and as made now. */
function differences(document) {
  const names = [...new Set([...files(root, document), ...files(target, document)])].sort();
  if (names.length === 0) return [`${document} is not made by src/cli/generate.ts`];
  return names.flatMap((name) => {
    const committed = read(path.join(root, name));
    const made = read(path.join(target, name));
    if (made === committed) return [];
    if (committed === null) return [`${name} is not committed`];
    if (made === null) return [`${name} is no longer made`];
    return [`${name} is not what the code says, first in line ${firstDifference(committed, made)}`];
  });
}

function files(base, name) {
  const full = path.join(base, name);
  if (!fs.existsSync(full)) return [];
  if (fs.statSync(full).isFile()) return [name];
  return fs.readdirSync(full).flatMap((inner) => files(base, path.posix.join(name, inner)));
}

function read(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null;
}

/** One-based. */
function firstDifference(a, b) {
  const other = b.split('\n');
  const index = a.split('\n').findIndex((line, i) => line !== other[i]);
  return (index === -1 ? a.split('\n').length : index) + 1;
}
