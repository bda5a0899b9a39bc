/** Starting and stopping one broker on a data folder. Every function answers what is to be printed, and throws what went wrong. */
'use strict';
const { spawn, spawnSync } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { answers, freePort } = require('./network');
const { libraries } = require('./libraries');
const { properties } = require('./properties');

const READY_MS = 180_000;
const STOP_MS = 20_000;
/** A test broker is started often and works little: quick to start, small. */
const JVM = [
  '-Xms128m',
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Djava.awt.headless=true',
];

const file = (data, name) => path.join(data, name);

async function start({ data, port, config, scram }) {
  const running = pidOf(data);
  if (running !== null) {
    const brokers = brokersOf(data);
    if (port !== undefined && !brokers.endsWith(`:${port}`))
      throw new Error(`A broker runs on ${data} already, at ${brokers}; stop it first.`);
    await untilReady(data, running, brokers);
    return `KAFKA_BROKERS=${brokers}`;
  }
  const libs = libraries();
  fs.mkdirSync(data, { recursive: true });
  const settings = file(data, 'server.properties');
  if (!fs.existsSync(settings) || (port !== undefined && !brokersOf(data).endsWith(`:${port}`))) {
    const ports = { broker: port ? Number(port) : await freePort(), controller: await freePort() };
    const added = config === undefined ? '' : fs.readFileSync(config, 'utf8');
    fs.writeFileSync(settings, properties({ logs: file(data, 'logs'), ports, added }));
  }
  if (!fs.existsSync(file(data, 'logs/meta.properties'))) format(data, libs, scram);
  const log = fs.openSync(file(data, 'broker.log'), 'a');
  const child = spawn('java', [...JVM, '-cp', path.join(libs, '*'), 'kafka.Kafka', settings], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  fs.closeSync(log);
  fs.writeFileSync(file(data, 'pid'), `${child.pid}\n`);
  child.unref();
  await untilReady(data, child.pid, brokersOf(data));
  return `KAFKA_BROKERS=${brokersOf(data)}`;
}

async function stop({ data }) {
  const pid = pidOf(data);
  if (pid === null) return 'No broker runs here.';
  process.kill(pid, 'SIGTERM');
  for (let waited = 0; pidOf(data) !== null; waited += 100) {
    if (waited === STOP_MS) process.kill(pid, 'SIGKILL');
    await delay(100);
  }
  fs.rmSync(file(data, 'pid'), { force: true });
  return 'The broker has ended.';
}

async function status({ data }) {
  if (pidOf(data) === null) throw new Error('No broker runs here.');
  if (!(await answers(brokersOf(data)))) throw new Error(`The broker at ${brokersOf(data)} does not answer.`);
  return `KAFKA_BROKERS=${brokersOf(data)}`;
}

async function remove({ data }) {
  await stop({ data });
  fs.rmSync(data, { recursive: true, force: true });
  return 'The broker has ended, and its data is gone.';
}

/** The process that runs on this folder; null where there is none, or its number is another's by now. */
function pidOf(data) {
  let pid;
  try {
    pid = Number(fs.readFileSync(file(data, 'pid'), 'utf8'));
  } catch {
    return null;
  }
  return commandOf(pid).includes(file(data, 'server.properties')) ? pid : null;
}

/** Empty where there is no such process, or it has ended and nobody has asked how. */
function commandOf(pid) {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
  }
}

function brokersOf(data) {
  const text = fs.readFileSync(file(data, 'server.properties'), 'utf8');
  return /^advertised\.listeners=PLAINTEXT:\/\/([\d.]+:\d+)/m.exec(text)[1];
}

function format(data, libs, scram) {
  const id = randomBytes(16).toString('base64url');
  const [user, password] = (scram ?? '').split(':');
  const accounts = scram
    ? ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
        '--add-scram',
        `${mechanism}=[name=${user},password=${password}]`,
      ])
    : [];
  const args = ['format', '-t', id, '-c', file(data, 'server.properties'), ...accounts];
  const run = spawnSync('java', [...JVM, '-cp', path.join(libs, '*'), 'kafka.tools.StorageTool', ...args], {
    encoding: 'utf8',
  });
  if (run.status !== 0)
    throw new Error(`The broker's storage could not be made:\n${run.stdout}${run.stderr}`);
}

async function untilReady(data, pid, brokers) {
  for (const ends = Date.now() + READY_MS; Date.now() < ends; await delay(100)) {
    if (await answers(brokers)) return;
    if (pidOf(data) !== pid) break;
  }
  const log = fs.readFileSync(file(data, 'broker.log'), 'utf8').trim().split('\n').slice(-20).join('\n');
  throw new Error(
    `The broker at ${brokers} does not answer. The end of ${file(data, 'broker.log')}:\n${log}`,
  );
}

module.exports = { start, stop, status, remove };
