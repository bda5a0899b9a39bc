/** The full rebuild: its rate against paging through the same ledger, how it grows, what memory it takes. */
import { dropGeneration } from '../../src/projections/dropping';
import { COMMAND_LINE, PAGE_THROUGH, run } from '../support/command';
import { type Figure, grouped } from '../support/figure';
import type { Lab, LedgerFolder, Measurement } from '../support/lab';
import { withPool, withServer } from '../support/server';
import { median } from '../support/statistics';

/** The bound that is stated for a rebuild of a million facts on two cores, also where most cases must be evicted. */
const BOUND_MIB = 1_536;

export const rebuild: Measurement = {
  rows: [
    { name: 'rebuild', what: 'full rebuild against paging through the same ledger with JSON.parse' },
    { name: 'growth', what: 'time of a rebuild of 10 times the facts' },
    { name: 'memory', what: 'peak memory of a rebuild, also where most cases must be evicted' },
  ],
  async measure(lab) {
    const [large, small] = [await lab.ledgers.large(lab), await lab.ledgers.small(lab)];
    return withServer(large.dataDir, (largeUrl) =>
      withServer(small.dataDir, (smallUrl) =>
        measure(lab, { ...large, url: largeUrl }, { ...small, url: smallUrl }),
      ).finally(() => {
        large.folded = true;
        small.folded = true;
      }),
    );
  },
};

type Served = LedgerFolder & { url: string };

type Paged = Pick<Rebuilt, 'seconds' | 'cpuSeconds'>;

interface Rebuilt {
  seconds: number;
  peakMiB: number;
  /** Of the process itself; PostgreSQL's is not in it. Less than `seconds` where it waited or was kept waiting. */
  cpuSeconds: number;
}

async function measure(lab: Lab, large: Served, small: Served): Promise<Figure[]> {
  const paged: Paged[] = [];
  const rebuilt: Rebuilt[] = [];
  const smaller: Rebuilt[] = [];
  for (let pair = 1; pair <= lab.pairs; pair++) {
    const ended = await run(lab, PAGE_THROUGH, [], { DATABASE_URL: large.url });
    const { seconds: pageSeconds } = ended.output as { seconds: number };
    paged.push({ seconds: pageSeconds, cpuSeconds: ended.usage.cpuSeconds });
    rebuilt.push(await replay(lab, large, []));
    smaller.push(await replay(lab, small, []));
    const [page, all, tenth] = [paged, rebuilt, smaller].map((runs) => runs.at(-1)?.seconds.toFixed(1));
    lab.say(`rebuild ${pair}/${lab.pairs}: paging ${page} s, rebuild ${all} s, of a tenth ${tenth} s`);
  }
  const maxCases = Math.max(1_000, Math.round(lab.facts / 20));
  const evicting = lab.rows.has('memory')
    ? [await replay(lab, large, ['--max-cases', String(maxCases)])]
    : [];
  return [
    ...rateAndGrowth(large, paged, rebuilt, smaller),
    memory('memory', 'peak memory of a rebuild', BOUND_MIB, large, rebuilt),
    ...evicting.map((each) =>
      memory('memory', `the same with ${grouped(maxCases)} cases in memory`, BOUND_MIB, large, [each]),
    ),
  ];
}

const seconds = (each: Paged) => each.seconds;
const cpuSeconds = (each: Paged) => each.cpuSeconds;

function rateAndGrowth(large: Served, paged: Paged[], rebuilt: Rebuilt[], smaller: Rebuilt[]): Figure[] {
  const time = median(rebuilt.map(seconds));
  const tenth = median(smaller.map(seconds));
  return [
    {
      row: 'rebuild',
      what: 'full rebuild / paging through with JSON.parse',
      ceiling: `paging ${grouped(large.facts / median(paged.map(seconds)))} facts/s`,
      result: `${grouped(large.facts / time)} facts/s, ${time.toFixed(1)} s`,
      measured: median(paged.map(seconds)) / time,
      unit: 'ratio',
      better: 'higher',
      required: 0.25,
      aim: 0.4,
      runs: {
        pageSeconds: paged.map(seconds),
        rebuildSeconds: rebuilt.map(seconds),
        pageCpuSeconds: paged.map(cpuSeconds),
        rebuildCpuSeconds: rebuilt.map(cpuSeconds),
      },
    },
    {
      row: 'growth',
      what: 'rebuild of 10 times the facts',
      ceiling: `${grouped(large.facts / 10)} facts in ${tenth.toFixed(2)} s`,
      result: `${grouped(large.facts)} facts in ${time.toFixed(1)} s`,
      measured: time / tenth,
      unit: 'times',
      better: 'lower',
      required: 11,
      aim: 10,
      runs: { largeSeconds: rebuilt.map(seconds), smallSeconds: smaller.map(seconds) },
    },
  ];
}

function memory(row: string, what: string, bound: number, { facts }: Served, runs: Rebuilt[]): Figure {
  const peaks = runs.map(({ peakMiB }) => peakMiB);
  return {
    row,
    what,
    ceiling: null,
    result: `${grouped(facts)} facts, ${median(runs.map(seconds)).toFixed(1)} s`,
    measured: Math.max(...peaks),
    unit: 'MiB',
    better: 'lower',
    required: bound,
    aim: null,
    runs: { peakMiB: peaks, seconds: runs.map(seconds) },
  };
}

/** By the command; its own measure of time, which begins when the process is up. The generation that it replaced is dropped. */
async function replay(lab: Lab, { dataDir, url }: Served, args: string[]): Promise<Rebuilt> {
  const { output, usage } = await run(lab, COMMAND_LINE, ['replay', '--json', ...args], {
    TALLYSTICK_DATA_DIR: dataDir,
  });
  await withPool(url, async (pool) => {
    const former = await pool.query<{ id: number }>("SELECT id FROM app.generations WHERE status = 'former'");
    for (const { id } of former.rows) await dropGeneration(pool, id, ['former']);
    await pool.query('CHECKPOINT');
  });
  const { seconds } = output as { seconds: number };
  return { seconds, ...usage };
}
