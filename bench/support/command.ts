/** Commands under measurement, each a process of its own: no shared heap, no shared compiled code, an honest peak of memory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Lab } from './lab';

const built = path.join(__dirname, '..', '..');
/** The command line as `npm run build` compiles it, from the sources that this benchmark was built with. */
export const COMMAND_LINE = path.join(built, 'src/cli/main.js');
export const PAGE_THROUGH = path.join(built, 'bench/workers/page-through.js');
const REPORT_USAGE = path.join(built, 'bench/workers/report-usage.js');

/** What a child sees of this process's environment: no setting of Tallystick may leak into a measurement. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'TEMP', 'SystemRoot'];

export interface Usage {
  peakMiB: number;
  cpuSeconds: number;
}

export interface Ended {
  /** What it printed on standard output, parsed. */
  output: unknown;
  /** From its start to its end, the start of Node included. */
  wallSeconds: number;
  usage: Usage;
}

export interface Started {
  child: ChildProcess;
  /** After it has ended. */
  usage(): Usage;
}

let count = 0;
/** None outlives the benchmark, however that ends. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGTERM');
});

export function start(
  lab: Lab,
  script: string,
  args: readonly string[],
  env: Record<string, string>,
): Started {
  const usageFile = path.join(lab.folder, `usage-${++count}.json`);
  const passedOn = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const flags = (process.env['BENCH_NODE_FLAGS'] ?? '').split(' ').filter((flag) => flag !== '');
  const child = spawn(process.execPath, [...flags, '-r', REPORT_USAGE, script, ...args], {
    cwd: lab.folder,
    env: {
      ...Object.fromEntries(passedOn),
      LOG_LEVEL: 'warn',
      TALLYSTICK_CONFIG: lab.configFile,
      BENCH_USAGE_FILE: usageFile,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: lab.signal,
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  return {
    child,
    usage() {
      const usage = JSON.parse(readFileSync(usageFile, 'utf8')) as Usage;
      rmSync(usageFile);
      return usage;
    },
  };
}

/** Runs it to its end. Throws, with what it complained of, when it fails. */
export async function run(
  lab: Lab,
  script: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<Ended> {
  const started = performance.now();
  const { child, usage } = start(lab, script, args, env);
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject).once('close', (code, signal) => resolve(signal ?? code ?? 0));
  });
  const [output, complaint, code] = await Promise.all([textOf(child.stdout), textOf(child.stderr), ended]);
  const wallSeconds = (performance.now() - started) / 1000;
  if (code !== 0)
    throw new Error(`${path.basename(script)} ${args.join(' ')} ended with ${code}: ${complaint}`);
  return { output: JSON.parse(output), wallSeconds, usage: usage() };
}

async function textOf(stream: ChildProcess['stdout']): Promise<string> {
  return stream ? text(stream) : '';
}
