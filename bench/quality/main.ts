#!/usr/bin/env node
/** `npm run quality`: precision, recall and time to detect of every detector, over many simulated worlds. */
import 'reflect-metadata';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { Command, InvalidArgumentError } from 'commander';
import { createProgress } from '../../src/cli/progress';
import { catalogue } from '../../src/domain/drift/catalogue';
import type { Job, Outcome } from './job';
import { nearMisses } from './near-misses';
import { jobsOf } from './plan';
import { problemsOf, rowsOf, tableOf } from './report';

interface Options {
  seeds: number;
  orders: number;
  detector?: string;
}

const program = new Command('npm run quality --')
  .description(
    'Folds simulated worlds by the real engine in memory, told late, repeatedly, shuffled, lost and polled later, and renamed in the middle; holds what is found against what went wrong. Exit code 1 when anything is below 1.0.',
  )
  .option('--seeds <count>', 'worlds', whole, 20)
  .option('--orders <count>', 'orders, in all worlds together', whole, 50_000)
  .option('--detector <code>', 'show and judge this one only', knownCode)
  .action(run);

async function run({ seeds, orders, detector }: Options): Promise<void> {
  const jobs = jobsOf(seeds, orders);
  const started = performance.now();
  const outcomes = await runAll(jobs);
  const misses = await nearMisses();
  const rows = rowsOf(outcomes, misses, detector);
  const seconds = (performance.now() - started) / 1000;
  const messages = outcomes.reduce((total, each) => total + each.messages, 0);
  process.stdout.write(tableOf(rows));
  say(
    `\n${seeds} seeds, ${seeds * Math.ceil(orders / seeds)} orders, ${jobs.length} runs, ${messages} messages, ${seconds.toFixed(0)} s. Median and p95: from when a drift is due until it is seen, where messages come late.`,
  );
  const problems = problemsOf(outcomes, misses, rows);
  if (problems.length === 0) return say('Everything that went wrong was found, and nothing else.');
  say(`\n${problems.length} below 1.0:\n${problems.join('\n')}`);
  process.exitCode = 1;
}

/** Each core takes the next one when it is done. */
async function runAll(jobs: readonly Job[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const progress = createProgress('quality', 'runs');
  const left = [...jobs];
  progress.update(0, jobs.length);
  const lane = async () => {
    const worker = new Worker(path.join(__dirname, 'worker.js'));
    try {
      for (let job = left.shift(); job; job = left.shift()) {
        outcomes.push(await answered(worker, job));
        progress.update(outcomes.length, jobs.length);
      }
    } finally {
      await worker.terminate();
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(os.availableParallelism(), jobs.length) }, lane));
  } finally {
    progress.stop();
  }
  return outcomes;
}

function answered(worker: Worker, job: Job): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown) => {
      reject(new Error(`The run of ${JSON.stringify(job)} failed.`, { cause }));
    };
    worker.removeAllListeners('error');
    worker.once('error', failed);
    worker.once('message', (outcome: Outcome) => {
      resolve(outcome);
    });
    worker.postMessage(job);
  });
}

function whole(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('must be a whole number above 0');
  return Number(text);
}

function knownCode(text: string): string {
  const codes = [...new Set(catalogue.map(({ code }) => code))].sort();
  if (!codes.includes(text)) throw new InvalidArgumentError(`there are: ${codes.join(', ')}`);
  return text;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

void program.parseAsync();
