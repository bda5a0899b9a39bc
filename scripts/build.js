/**
 * Compiles silently, and only when something changed: `node scripts/build.js` makes dist/ from src/, and with the
 * argument `bench` also dist-bench/ from bench/ and src/ (the benchmarks import the sources that they measure).
 * Output appears only when the compiler fails. Types are checked by `npm run check`, not here.
 */
'use strict';
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');

/** What a build depends on: names, sizes and times of the sources, and the compiler's settings. */
function fingerprint(folders) {
  const hash = createHash('sha256');
  const settings = ['.swcrc', 'package-lock.json', 'scripts/build.js'];
  const sources = folders.flatMap((folder) =>
    fs
      .readdirSync(path.join(root, folder), { recursive: true })
      .map((name) => path.join(folder, String(name)))
      .sort(),
  );
  for (const file of [...settings, ...sources]) {
    const stat = fs.statSync(path.join(root, file));
    if (stat.isFile()) hash.update(`${file}\0${stat.size}\0${stat.mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function compile(folders, output, options) {
  const stamp = path.join(root, output, '.sources');
  const wanted = fingerprint(folders);
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return;
  const swc = path.join(root, 'node_modules/@swc/cli/bin/swc.js');
  const args = [
    swc,
    ...folders,
    '--out-dir',
    output,
    '--delete-dir-on-start',
    '--quiet',
    '--ignore',
    '**/*.spec.ts',
    ...options,
  ];
  const run = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  if (run.status !== 0) {
    process.stderr.write(`${run.stdout}${run.stderr}\nThe build of ${output}/ failed.\n`);
    process.exit(1);
  }
  fs.writeFileSync(stamp, wanted);
}

compile(['src'], 'dist', ['--strip-leading-paths']);
// The folders stay apart there: the benchmarks say `../src/…`.
if (process.argv[2] === 'bench') compile(['bench', 'src'], 'dist-bench', []);
