#!/usr/bin/env node
/** `npm run fuzz`: a service of its own is sent what nobody should send, and what comes of it is judged. */
import 'reflect-metadata';
import { Command, InvalidArgumentError } from 'commander';
import { createProgress } from '../../src/cli/progress';
import { OwnDatabase } from '../kafka/site';
import { startSite } from '../site/site';
import { type Report, fuzz } from './fuzz';
import { reproduce } from './reproduce';

interface Options {
  inputs: number;
  seed: number;
  faults: number;
  json: boolean;
}

const AIM_MS = 1_000;

const program = new Command('npm run fuzz --')
  .description(
    'Starts a service on a database of its own and sends it native messages of every kind with every leaf made every nasty value, and calls of every operation. Exit code 1 when an answer is a fault, the projector stands still, the drifts of other sources change, or a replay builds something else than live.',
  )
  .option('--inputs <count>', 'messages and calls in all', whole, 300_000)
  .option(
    '--seed <number>',
    'what is drawn; the same seed draws the same (default: a fresh one, which is printed)',
    whole,
    1 + (Date.now() % 1_000_000),
  )
  .option('--faults <count>', 'stop after so many', whole, 10)
  .option('--json', 'print the report as JSON', false)
  .addHelpText(
    'after',
    `
Examples:
  npm run fuzz                                   300,000 inputs, some minutes
  npm run fuzz -- --inputs 20000                 as many as every run of the tests sends
  npm run fuzz -- --inputs 20000 --seed 4711     the same inputs again
  npm run fuzz -- --json > report.json           for a machine`,
  )
  .action(run);

async function run({ inputs, seed, faults, json }: Options): Promise<void> {
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  say(`seed ${seed}: npm run fuzz -- --inputs ${inputs} --seed ${seed}`);
  const server = await OwnDatabase.start();
  const progress = createProgress('fuzz', 'inputs');
  try {
    const site = await startSite({ databaseUrl: await server.create('fuzz') });
    try {
      const onProgress = (done: number, note: string) => progress.update(done, inputs, note);
      const report = await fuzz({ site, inputs, seed, mostFaults: faults, onProgress });
      progress.stop();
      let databases = 0;
      const newDatabase = () => server.create(`again_${++databases}`);
      if (report.faults.length > 0) say(`${report.faults.length} faults: each is made small now`);
      const small = [];
      for (const fault of report.faults) small.push(await reproduce(fault, site, newDatabase));
      const shown = { ...report, faults: small, complaints: site.complaints.length };
      process.stdout.write(json ? `${JSON.stringify(shown, null, 2)}\n` : tell(report));
      for (const { what, label, commands } of json ? [] : small)
        process.stdout.write(
          `\nFAULT ${what}\n  drawn as: ${label}\n${commands.map((line) => `  ${line}\n`).join('')}`,
        );
      process.exitCode = report.faults.length > 0 ? 1 : 0;
    } finally {
      await site.stop();
    }
  } finally {
    progress.stop();
    await server.remove();
  }
}

function tell({
  inputs,
  messages,
  calls,
  seconds,
  answers,
  longestStallMs,
  longestStallDuring,
  faults,
}: Report): string {
  const counted = Object.entries(answers).map(([status, count]) => `${count} × ${status}`);
  return [
    `${inputs} inputs (${messages} messages, ${calls} calls) in ${seconds.toFixed(0)} s: ${Math.round(inputs / seconds)}/s`,
    `answers: ${counted.join(', ')}`,
    `longest stall of the event loop: ${Math.round(longestStallMs)} ms, while ${longestStallDuring} (aim: under ${AIM_MS} ms)`,
    faults.length === 0
      ? 'No fault: lag 0, ready, canaries right, live equal to a replay.'
      : `${faults.length} faults.`,
    '',
  ].join('\n');
}

function whole(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('must be a whole number above 0');
  return Number(text);
}

void program.parseAsync();
