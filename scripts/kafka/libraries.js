'use strict';
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const pom = path.join(__dirname, 'pom.xml');
const TRIES = 3;
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
  try {
    fetchInto(draft, version);
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  if (fs.existsSync(folder)) fs.rmSync(draft, { recursive: true });
  else fs.renameSync(draft, folder);
  return folder;
}

/** What is fetched already is not fetched again, so that another try goes on where the last one ended. */
function fetchInto(folder, version) {
  const args = ['-q', '-B', '-U', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`];
  for (let tries = 1; ; tries++) {
    const run = spawnSync('mvn', args, { encoding: 'utf8' });
    if (run.status === 0) return;
    const said = `Maven could not fetch Apache Kafka ${version}:\n${run.stdout}${run.stderr}`;
    if (tries === TRIES) throw new Error(said);
    console.error(`${said}\nIt is tried again.`);
  }
}

function requireJava() {
  const { stderr, error } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const major = Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0);
  if (error || major < 17)
    throw new Error('Java 17 or later is needed to run a broker (Debian: default-jre-headless).');
}

module.exports = { libraries };
