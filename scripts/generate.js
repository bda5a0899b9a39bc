/**
 * The committed documents that are made from code (docs/openapi.json, docs/schemas, docs/schema.sql):
 * `npm run generate` writes them; with `--check` they are made in a temporary folder and compared, so that no change to
 * the public surface lands unseen. Each document comes from `node dist/cli/generate.js <what> <folder>`.
 */
'use strict';
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.join(__dirname, '..');
const docs = path.join(root, 'docs');
const generator = path.join(root, 'dist', 'cli', 'generate.js');
/** What the generator is asked for, and the document or folder in docs/ that it answers with. */
const documents = { openapi: 'openapi.json', schemas: 'schemas', 'schema-sql': 'schema.sql' };

const check = process.argv.includes('--check');

if (spawnSync(process.execPath, [path.join(__dirname, 'build.js')], { stdio: 'inherit' }).status !== 0) {
  process.exit(1);
}
const target = check ? fs.mkdtempSync(path.join(os.tmpdir(), 'tallystick-docs-')) : docs;
const problems = [];
for (const [what, document] of Object.entries(documents)) {
  const run = spawnSync(process.execPath, [generator, what, target], { cwd: root, encoding: 'utf8' });
  if (run.status !== 0) problems.push(`${what}: the generator failed\n${run.stdout}${run.stderr}`);
  else if (check) problems.push(...differences(document));
}
if (check) fs.rmSync(target, { recursive: true, force: true });
if (problems.length > 0) {
  console.error(`${problems.join('\n')}\nAfter an intended change: npm run generate`);
  process.exitCode = 1;
}

/** Compares one document, or every file of a folder of documents, as committed and as made now. */
function differences(document) {
  const names = new Set([docs, target].flatMap((folder) => list(path.join(folder, document), document)));
  return [...names].sort().flatMap((name) => {
    const committed = read(path.join(docs, name));
    const made = read(path.join(target, name));
    if (made === committed) return [];
    if (committed === null) return [`docs/${name} is not committed`];
    if (made === null) return [`docs/${name} is no longer made`];
    const line = firstDifference(committed.split('\n'), made.split('\n'));
    return [`docs/${name} differs from what the code says, first in line ${line}`];
  });
}

function list(full, name) {
  if (!fs.existsSync(full)) return [];
  if (fs.statSync(full).isFile()) return [name];
  return fs.readdirSync(full).map((file) => path.join(name, file));
}

function read(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null;
}

function firstDifference(a, b) {
  const index = a.findIndex((line, i) => line !== b[i]);
  return (index === -1 ? a.length : index) + 1;
}
