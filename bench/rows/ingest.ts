/** Bulk ingest through the command line against raw COPY of the rows that it makes. */
import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { COMMAND_LINE, run } from '../support/command';
import { type Figure, grouped } from '../support/figure';
import { type Lab, type Measurement, subfolder } from '../support/lab';
import { type CopyFormat, copyFile, createTwin, dumpFacts } from '../support/raw-copy';
import { statement, withDatabase, withNewServer } from '../support/server';
import { median, timed } from '../support/statistics';
import { trading } from '../support/trading';

const SOURCES = ['prima', 'scend'] as const;
const SAMPLE = 100_000;
/** With fewer, the start of the two processes would be most of what is measured. */
const LEAST_FACTS = 300_000;

export const ingest: Measurement = {
  rows: [{ name: 'ingest', what: 'bulk ingest by `tallystick ingest` against raw COPY' }],
  measure: (lab) => withNewServer(lab, 'ingest', (url) => measure(lab, url)),
};

interface Files {
  /** NDJSON of each source. */
  messages: ReadonlyMap<string, string>;
  facts: number;
  rows: string;
  format: CopyFormat;
}

async function measure(lab: Lab, serverUrl: string): Promise<Figure[]> {
  const { messages, facts } = writeMessages(lab);
  lab.say('ingest: one import that is not counted, for the rows that COPY will copy');
  const files = await withDatabase(serverUrl, 'prepare', async (url) => {
    await importAll(lab, url, { messages, facts });
    return { messages, facts, ...(await dumpFaster(lab, url, facts)) };
  });
  const copied: number[] = [];
  const imported: number[] = [];
  const peaks: number[] = [];
  for (let pair = 1; pair <= lab.pairs; pair++) {
    await withDatabase(serverUrl, `pair_${pair}`, async (url) => {
      copied.push(await copyOnce(url, files));
      // The twin is gone before the import begins, so that nothing vacuums it meanwhile.
      await statement(url, 'DROP TABLE twin.facts; CHECKPOINT');
      const { seconds, peakMiB } = await importAll(lab, url, files);
      imported.push(seconds);
      peaks.push(peakMiB);
      const rates = [copied, imported].map((runs) => grouped(facts / (runs.at(-1) ?? NaN)));
      lab.say(`ingest ${pair}/${lab.pairs}: COPY ${rates[0]} facts/s, import ${rates[1]} facts/s`);
    });
  }
  const [ceiling, result] = [facts / median(copied), facts / median(imported)];
  return [
    {
      row: 'ingest',
      what: 'bulk ingest by command line / raw COPY',
      ceiling: `COPY (${files.format}) ${grouped(ceiling)} facts/s`,
      result: `${grouped(result)} facts/s of ${grouped(facts)}, peak ${grouped(Math.max(...peaks))} MiB`,
      measured: result / ceiling,
      unit: 'ratio',
      better: 'higher',
      required: 0.35,
      aim: 0.5,
      runs: { copySeconds: copied, importSeconds: imported, importPeakMiB: peaks },
    },
  ];
}

/** Two files, since a file is of one source. */
function writeMessages(lab: Lab): { messages: Map<string, string>; facts: number } {
  const wanted = Math.max(LEAST_FACTS, lab.facts);
  lab.say(`ingest: writing ${grouped(wanted)} messages`);
  const folder = subfolder(lab, 'files');
  const messages = new Map(
    SOURCES.map((source) => [source as string, path.join(folder, `${source}.ndjson`)]),
  );
  const files = new Map(
    [...messages].map(([source, file]) => [source, { fd: openSync(file, 'w'), lines: '' }]),
  );
  let facts = 0;
  for (const { source, body } of trading(wanted, 0)) {
    const file = files.get(source);
    if (!file) continue;
    facts += 1;
    file.lines += `${body}\n`;
    if (file.lines.length < 1_000_000) continue;
    writeSync(file.fd, file.lines);
    file.lines = '';
  }
  for (const { fd, lines } of files.values()) {
    writeSync(fd, lines);
    closeSync(fd);
  }
  return { messages, facts };
}

/** The time of the whole processes, one after the other. */
async function importAll(
  lab: Lab,
  url: string,
  { messages, facts }: Pick<Files, 'messages' | 'facts'>,
): Promise<{ seconds: number; peakMiB: number }> {
  let seconds = 0;
  let recorded = 0;
  let peakMiB = 0;
  for (const [source, file] of messages) {
    const ended = await run(lab, COMMAND_LINE, ['ingest', source, file, '--json'], {
      DATABASE_URL: url,
      TALLYSTICK_DATA_DIR: subfolder(lab, 'ingest-data'),
    });
    seconds += ended.wallSeconds;
    recorded += (ended.output as { recorded: number }).recorded;
    peakMiB = Math.max(peakMiB, ended.usage.peakMiB);
  }
  if (recorded !== facts) throw new Error(`${recorded} of ${facts} messages were recorded`);
  return { seconds, peakMiB };
}

/** All rows, in the format that COPY reads faster. */
async function dumpFaster(
  lab: Lab,
  url: string,
  facts: number,
): Promise<{ rows: string; format: CopyFormat }> {
  const folder = subfolder(lab, 'files');
  const rates: { format: CopyFormat; seconds: number }[] = [];
  for (const format of ['text', 'binary'] as const) {
    const file = path.join(folder, `sample.${format}`);
    await dumpFacts(url, format, SAMPLE, file);
    const seconds: number[] = [];
    for (let run = 0; run < 3; run++) seconds.push(await copyOnce(url, { rows: file, format }));
    rates.push({ format, seconds: median(seconds) });
  }
  const format = rates.reduce((best, each) => (each.seconds < best.seconds ? each : best)).format;
  const rows = path.join(folder, `facts.${format}`);
  await dumpFacts(url, format, facts, rows);
  return { rows, format };
}

async function copyOnce(url: string, { rows, format }: Pick<Files, 'rows' | 'format'>): Promise<number> {
  await createTwin(url);
  await statement(url, 'CHECKPOINT');
  return timed(() => copyFile(url, format, rows));
}
