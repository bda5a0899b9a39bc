#!/usr/bin/env node
/** `npm run bench`: every promise of speed, each held against its ceiling in the same run. */
import 'reflect-metadata';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { measurements } from './rows';
import { type Figure, passes } from './support/figure';
import type { Lab, LabOptions } from './support/lab';
import { makeLedgers } from './support/ledgers';
import { type Machine, describeMachine, machineLine } from './support/machine';
import { writeConfigFile } from './support/sources';
import { tableOf } from './support/table';

const names = measurements.flatMap(({ rows }) => rows.map(({ name }) => name));
const QUICK = { facts: 100_000, seconds: 10 };
const RESULTS = path.join(__dirname, '..', '..', 'bench', 'results');
/** Of the disk, for each fact of the large ledger: the ledger, its files, two generations and the write-ahead log. */
const BYTES_A_FACT = 6_000;
const BYTES_ANYWAY = 1.5e9;

interface Options {
  facts?: number;
  quick: boolean;
  rows: string[];
  pairs: number;
  seconds?: number;
  blockFacts: number;
  json: boolean;
  folder: string;
}

const program = new Command('npm run bench --')
  .description(
    'Measures what Tallystick promises of its speed. Exit code 1 when a required figure is missed.',
  )
  .option('--facts <count>', 'facts in the large ledger (default 1000000)', whole)
  .option('--quick', `a fast look: ${QUICK.facts} facts, ${QUICK.seconds} s of load`, false)
  .option('--rows <names>', 'only these, divided by commas', rowNames, names)
  .option('--pairs <count>', 'interleaved runs of ceiling and result', whole, 3)
  .option('--seconds <count>', 'how long 1,000 facts/s are sent (default 20)', whole)
  .option('--block-facts <count>', 'facts in one block of the prepared ledgers', whole, 2_000)
  .option('--json', 'print JSON instead of the table', false)
  .option('--folder <path>', 'where databases are made, and removed', os.tmpdir())
  .addHelpText('after', `\nRows:\n${measurements.flatMap(({ rows }) => rows.map(described)).join('\n')}`);

function described({ name, what }: { name: string; what: string }): string {
  return `  ${name.padEnd(10)}${what}`;
}

function whole(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('must be a whole number above 0');
  return Number(text);
}

function rowNames(text: string): string[] {
  const asked = text.split(',').map((name) => name.trim());
  const unknown = asked.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`there is no ${unknown.join(', ')}; there are ${names.join(', ')}`);
  return asked;
}

async function main(): Promise<boolean> {
  const options = program.parse().opts<Options>();
  const usual = options.quick ? QUICK : { facts: 1_000_000, seconds: 20 };
  const { facts = usual.facts, seconds = usual.seconds, pairs, blockFacts } = options;
  const folder = mkdtempSync(path.join(options.folder, 'tallystick-bench-'));
  // Where this runs as root, PostgreSQL runs as another user, who must reach its folders.
  chmodSync(folder, 0o711);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new Error('interrupted'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    assertRoom(folder, facts);
    const lab = makeLab(
      { facts, seconds, pairs, blockFacts, rows: new Set(options.rows) },
      folder,
      stop.signal,
    );
    const machine = await describeMachine(lab);
    lab.say(machineLine(machine));
    const figures = await measureAll(lab);
    report({ machine, lab, figures, json: options.json });
    return figures.every(passes);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeLab(options: LabOptions, folder: string, signal: AbortSignal): Lab {
  const configFile = path.join(folder, 'tallystick.json');
  writeConfigFile(configFile);
  const say = (text: string): void => {
    process.stderr.write(`[${process.uptime().toFixed(0).padStart(4)} s] ${text}\n`);
  };
  return { ...options, folder, configFile, ledgers: makeLedgers(), signal, say };
}

async function measureAll(lab: Lab): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { rows, measure } of measurements) {
    if (rows.some(({ name }) => lab.rows.has(name))) figures.push(...(await measure(lab)));
  }
  return figures.filter(({ row }) => lab.rows.has(row));
}

function report({
  machine,
  lab,
  figures,
  json,
}: {
  machine: Machine;
  lab: Lab;
  figures: Figure[];
  json: boolean;
}): void {
  const { facts, pairs, seconds, blockFacts } = lab;
  const at = new Date().toISOString();
  const passed = figures.every(passes);
  const document = {
    at,
    machine,
    settings: { facts, pairs, seconds, blockFacts },
    passed,
    figures: figures.map((figure) => ({ ...figure, pass: passes(figure) })),
  };
  const text = `${JSON.stringify(document, null, 2)}\n`;
  mkdirSync(RESULTS, { recursive: true });
  const file = path.join(RESULTS, `${at.replaceAll(':', '-').slice(0, 19)}.json`);
  writeFileSync(file, text);
  process.stdout.write(json ? text : `\n${machineLine(machine)}\n\n${tableOf(figures)}\n`);
  lab.say(`written to ${path.relative(process.cwd(), file)}`);
}

function assertRoom(folder: string, facts: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const [free, needed] = [bavail * bsize, facts * BYTES_A_FACT + BYTES_ANYWAY];
  if (free >= needed) return;
  const gib = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  throw new Error(
    `${path.dirname(folder)} has ${gib(free)} GiB free; ${gib(needed)} GiB are needed (--folder, --facts)`,
  );
}

main().then(
  (passed) => {
    process.exitCode = passed ? 0 : 1;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
