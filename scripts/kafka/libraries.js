'use strict';
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const pom = path.join(__dirname, 'pom.xml');
const root = path.join(__dirname, '..', '..');

/** The folder with the broker's jars, fetched once. Throws where Java or Maven is missing. */
function libraries() {
  const version = /<kafka\.version>([^<]+)</.exec(fs.readFileSync(pom, 'utf8'))[1];
  const folder = path.join(root, '.kafka', `kafka-${version}`);
  requireJava();
  if (fs.existsSync(folder)) return folder;
  if (spawnSync('mvn', ['--version']).error)
    throw new Error('Maven is needed to fetch the broker once (Debian: maven).');
  // Renamed when it is whole: a fetch that was broken off must not pass for one.
  const draft = `${folder}.draft-${process.pid}`;
  const run = spawnSync(
    'mvn',
    ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${draft}`],
    {
      encoding: 'utf8',
    },
  );
  if (run.status !== 0)
    throw new Error(`Maven could not fetch Apache Kafka ${version}:\n${run.stdout}${run.stderr}`);
  if (fs.existsSync(folder)) fs.rmSync(draft, { recursive: true });
  else fs.renameSync(draft, folder);
  return folder;
}

function requireJava() {
  const { stderr, error } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const major = Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0);
  if (error || major < 17)
    throw new Error('Java 17 or later is needed to run a broker (Debian: openjdk-17-jre-headless).');
}

module.exports = { libraries };
