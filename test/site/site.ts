/** The real service as a process of its own on a database that a test gives it, with keys, sources that may send anything, and canaries. */
import { type ChildProcess, spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Pool } from 'pg';
import { createPool } from '../../src/platform/pools';
import { Door } from './door';

const ROOT = path.resolve(__dirname, '../..');
const MAIN = path.join(ROOT, 'dist/cli/main.js');
const EVENT_LOOP = path.join(__dirname, 'event-loop.js');
const CUSTOM = path.join(ROOT, 'examples/custom-erp/mapping.json');
const STARTS_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 20_000;

/** None of them may ever stand in an answer. */
export const secrets = {
  admin: 'admin-5ca1ab1e0ddba11',
  second: 'second-5ca1ab1e0ddba11',
  ingest: 'ingest-5ca1ab1e0ddba11',
  reader: 'reader-5ca1ab1e0ddba11',
  webhook: 'webhook-5ca1ab1e0ddba11',
} as const;

/** Sources whose messages are hostile. */
export const strangers = ['prima', 'scend', 'middleware', 'erp'] as const;
export type Stranger = (typeof strangers)[number];

export function isStranger(name: string): name is Stranger {
  return strangers.some((each) => each === name);
}

export interface SiteOptions {
  databaseUrl: string;
  /** Of Node: `--max-old-space-size=512`. */
  nodeArguments?: readonly string[];
  env?: Readonly<Record<string, string>>;
}

export interface Site {
  door: Door;
  pool: Pool;
  /** Of the event loop of the service, in milliseconds, since this was last asked. */
  longestStall(): Promise<number>;
  /** What it has written to its log at level error or above. */
  complaints: string[];
  /** False: it has ended by itself. */
  alive(): boolean;
  stop(): Promise<void>;
}

function configuration(): object {
  const common = { timeZone: 'UTC', legalEntity: 'ACME' };
  const webhook = { secrets: { webhook: secrets.webhook } };
  const key = (name: keyof typeof secrets, role: string) => ({
    name,
    role,
    sha256: hash('sha256', secrets[name]),
  });
  return {
    sources: [
      { name: 'prima', kind: 'prima', ...common },
      { name: 'scend', kind: 'scend', ...common, ...webhook },
      { name: 'middleware', kind: 'middleware', ...common },
      { name: 'erp', kind: 'custom', ...common, mapping: JSON.parse(readFileSync(CUSTOM, 'utf8')) as object },
      { name: 'canary-prima', kind: 'prima', ...common },
      { name: 'canary-scend', kind: 'scend', ...common },
    ],
    keys: [key('admin', 'admin'), key('second', 'admin'), key('ingest', 'ingest'), key('reader', 'reader')],
  };
}

export async function startSite({ databaseUrl, nodeArguments = [], env = {} }: SiteOptions): Promise<Site> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tallystick-site-'));
  await chmod(folder, 0o711);
  const config = path.join(folder, 'tallystick.json');
  await writeFile(config, JSON.stringify(configuration()));
  const child = spawn(process.execPath, [...nodeArguments, '--require', EVENT_LOOP, MAIN, 'serve'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: '0',
      LOG_LEVEL: 'error',
      DATABASE_URL: databaseUrl,
      TALLYSTICK_CONFIG: config,
      TALLYSTICK_DATA_DIR: path.join(folder, 'data'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const complaints: string[] = [];
  const url = await addressOf(child, complaints);
  const pool = createPool({ url: databaseUrl, name: 'site', statementTimeoutMs: 0 });
  const door = new Door(url, secrets.admin);
  return {
    door,
    pool,
    complaints,
    longestStall: () => stallOf(child),
    alive: () => child.exitCode === null && child.signalCode === null,
    async stop() {
      door.close();
      await ended(child);
      await pool.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Keeps reading what the process says: a full pipe would stop it. */
function addressOf(child: ChildProcess, complaints: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the service did not start within ${STARTS_WITHIN_MS} ms: ${said}`));
    }, STARTS_WITHIN_MS);
    const hear = (text: string) => {
      for (const line of text.split('\n')) if (line.includes('"level"')) complaints.push(line);
      said = (said + text).slice(-10_000);
      const address = /serves at (http:\S+)/.exec(said)?.[1];
      if (address === undefined) return;
      clearTimeout(late);
      resolve(address);
    };
    child.stderr?.setEncoding('utf8').on('data', hear);
    child.stdout?.setEncoding('utf8').on('data', hear);
    child.once('close', (code, signal) => {
      clearTimeout(late);
      reject(new Error(`the service ended (${code ?? signal ?? '?'}): ${said}`));
    });
  });
}

function stallOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('message', (told) => resolve((told as { longestMs: number }).longestMs));
    child.send('longest-stall', (error) => error && reject(error));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
  await closed;
  clearTimeout(late);
}
