/**
 * The repository must build anywhere: the lock file names no download address (npm asks the registry that it is configured
 * with), and no tracked file names a folder or a registry of the machine that it was written on.
 */
'use strict';
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.join(__dirname, '..');
const problems = [];

const lock = JSON.parse(fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
for (const [name, entry] of Object.entries(lock.packages)) {
  if (entry.resolved && !entry.link) problems.push(`package-lock.json: ${name} has a "resolved" address`);
  if (name && !entry.version && !entry.link) problems.push(`package-lock.json: ${name} has no version`);
}

const suspicious = [
  { what: 'a home folder', pattern: /(?<![\w.:])\/(?:home|Users)\/[\w.-]+\/|(?<![\w.])\/root\// },
  { what: 'this checkout', pattern: literal(root) },
  { what: 'this machine', pattern: literal(os.hostname()) },
  {
    what: 'a package registry',
    pattern: /https?:\/\/[\w.-]*(?:registry|npm|mirror|artifactory|nexus)[\w.-]*/,
  },
  { what: 'the configured registry', pattern: literal(registryHost()) },
];

const files = tracked();
for (const file of files) {
  const full = path.join(root, file);
  if (path.resolve(full) === __filename || !fs.existsSync(full)) continue;
  const lines = fs.readFileSync(full, 'utf8').split('\n');
  lines.forEach((line, index) => {
    const found = suspicious.find(({ pattern }) => pattern?.test(line));
    if (found) problems.push(`${file}:${index + 1}: names ${found.what}`);
  });
}

if (problems.length > 0) {
  console.log(problems.join('\n'));
  process.exitCode = 1;
}

/** Without git (an unpacked archive, a slim image) every file that is neither installed nor built. */
function tracked() {
  const args = ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const git = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  if (git.status === 0) return git.stdout.split('\0').filter(Boolean);
  const skipped = /^(\.git|node_modules|dist|dist-bench|coverage|\.tallystick|bench\/results)(\/|$)/;
  const inside = (folder) =>
    fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const name = path.posix.join(folder, entry.name);
      if (skipped.test(name)) return [];
      return entry.isDirectory() ? inside(name) : [name];
    });
  return inside('');
}

/** Short and everyday names (`localhost`, `app`) would match ordinary text. */
function literal(text) {
  if (!text || text.length < 6 || /^(localhost|builder|runner|debian|ubuntu)$/.test(text)) return null;
  return new RegExp(`(?<![\\w-])${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-])`);
}

function registryHost() {
  const address = process.env.npm_config_registry ?? '';
  const host = URL.canParse(address) ? new URL(address).host : '';
  return host === 'registry.npmjs.org' ? '' : host;
}
