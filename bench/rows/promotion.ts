/** Two generations over one large ledger: what comparing them takes, and who feels it when one takes the other's place. */
import { setTimeout as delay } from 'node:timers/promises';
import { COMMAND_LINE, run } from '../support/command';
import { type Figure, grouped } from '../support/figure';
import type { Lab, LedgerFolder, Measurement } from '../support/lab';
import { fold } from '../support/ledgers';
import { mistaken } from '../support/mapping';
import { type Service, startService } from '../support/service';
import { median } from '../support/statistics';

/** Readers, and one who writes and waits until it is visible; all of them leave two cores some time for the work itself. */
const READERS = 2;
const PAUSE_MS = 5;
/** The same without a promotion, to read the figures by. */
const QUIET_MS = 2_000;
const PATHS = ['/v1/drifts?limit=5', '/v1/matches?limit=5'];

export const promotion: Measurement = {
  rows: [
    { name: 'diff', what: 'comparing two generations against the rebuild of one of them' },
    {
      name: 'promotion',
      what: 'the slowest read and the longest pause of live folding while it is promoted',
    },
  ],
  async measure(lab) {
    const large = await lab.ledgers.large(lab);
    await fold(lab, large);
    const env = { TALLYSTICK_DATA_DIR: large.dataDir };
    const mapping = await mistaken(lab, large);
    const built = await run(lab, COMMAND_LINE, ['replay', '--json', '--mapping', mapping], env);
    const { generation, seconds, drifts } = built.output as {
      generation: number;
      seconds: number;
      drifts: { drifts: number }[];
    };
    const compared: number[] = [];
    for (let pair = 0; pair < lab.pairs; pair++) {
      const { wallSeconds } = await run(
        lab,
        COMMAND_LINE,
        ['generations', 'diff', String(generation), '--json'],
        env,
      );
      compared.push(wallSeconds);
    }
    const count = drifts.reduce((sum, each) => sum + each.drifts, 0);
    lab.say(
      `diff: ${median(compared).toFixed(1)} s for ${grouped(count)} drifts, built in ${seconds.toFixed(1)} s`,
    );
    const figures = [diffFigure(large, compared, seconds, count)];
    if (lab.rows.has('promotion')) figures.push(...(await promoted(lab, large, generation)));
    await run(lab, COMMAND_LINE, ['generations', 'drop', String(generation), '--json'], env);
    return figures;
  },
};

function diffFigure({ facts }: LedgerFolder, compared: number[], built: number, drifts: number): Figure {
  const time = median(compared);
  return {
    row: 'diff',
    what: 'comparing two generations, by the command / rebuild of one',
    ceiling: `rebuild ${built.toFixed(1)} s`,
    result: `${time.toFixed(1)} s, ${grouped(drifts)} drifts differ in ${grouped(facts)} facts`,
    measured: time / built,
    unit: 'times',
    better: 'lower',
    required: 1,
    aim: null,
    runs: { diffSeconds: compared, rebuildSeconds: [built] },
  };
}

/** Forth and back so often, on a service that is read and written meanwhile. */
async function promoted(lab: Lab, { dataDir, facts }: LedgerFolder, draft: number): Promise<Figure[]> {
  const service = await startService(lab, dataDir);
  try {
    const status = await service.http.get('/v1/status');
    const live = (JSON.parse(status.body) as { generation: { id: number } | number }).generation;
    const former = typeof live === 'number' ? live : live.id;
    // The first of everything is slow, with a promotion or without.
    await whileBusy(service, () => delay(QUIET_MS));
    const quiet = await whileBusy(service, () => delay(QUIET_MS));
    const [readMs, pauseMs, promoteMs]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < lab.pairs; round++) {
      for (const id of [draft, former]) {
        const during = await whileBusy(service, () =>
          service.http.post(`/v1/replays/${id}/promote`, 'application/json', '{}'),
        );
        readMs.push(during.slowestReadMs);
        pauseMs.push(during.longestPauseMs);
        promoteMs.push(during.tookMs);
        lab.signal.throwIfAborted();
      }
    }
    lab.say(`promotion: ${median(promoteMs).toFixed(0)} ms, reads ${readMs.map(Math.round).join(', ')} ms`);
    const common = { row: 'promotion', unit: 'ms', better: 'lower', aim: null } as const;
    const result = `${readMs.length} promotions of ${median(promoteMs).toFixed(0)} ms in ${grouped(facts)} facts`;
    return [
      {
        ...common,
        ceiling: `without a promotion ${quiet.slowestReadMs.toFixed(0)} ms`,
        what: 'slowest read over HTTP while a generation is promoted',
        result,
        measured: Math.max(...readMs),
        required: 100,
        runs: { readMs, promoteMs },
      },
      {
        ...common,
        ceiling: `without a promotion ${quiet.longestPauseMs.toFixed(0)} ms`,
        what: 'longest from a fact to its being visible meanwhile',
        result,
        measured: Math.max(...pauseMs),
        required: 1_000,
        runs: { pauseMs },
      },
    ];
  } finally {
    await service.stop();
  }
}

interface During {
  slowestReadMs: number;
  longestPauseMs: number;
  tookMs: number;
}

async function whileBusy(service: Service, work: () => Promise<unknown>): Promise<During> {
  const during: During = { slowestReadMs: 0, longestPauseMs: 0, tookMs: 0 };
  const done = new AbortController();
  const readers = Array.from({ length: READERS }, async (_, reader) => {
    for (let n = reader; !done.signal.aborted; n++) {
      const took = await timed(() => service.http.get(PATHS[n % PATHS.length] ?? ''));
      during.slowestReadMs = Math.max(during.slowestReadMs, took);
      await delay(PAUSE_MS);
    }
  });
  const writer = (async () => {
    while (!done.signal.aborted) {
      const took = await timed(() => untilVisible(service));
      during.longestPauseMs = Math.max(during.longestPauseMs, took);
    }
  })();
  during.tookMs = await timed(work);
  done.abort();
  await Promise.all([...readers, writer]);
  return during;
}

let facts = 0;

/** Of something that nobody maps: one fact, one small case. */
async function untilVisible({ http }: Service): Promise<void> {
  const event = {
    event_id: `promotion-${++facts}`,
    event_type: 'pallet.weighed',
    occurred_at: new Date().toISOString(),
    client_id: 'ACME',
    warehouse: 'UK1',
  };
  const { body } = await http.post('/v1/sources/scend/facts', 'application/json', JSON.stringify(event));
  const { position } = JSON.parse(body) as { position: number };
  for (;;) {
    const { status } = await http.get(`/v1/status?minPosition=${position}`);
    if (status === 200) return;
    await delay(PAUSE_MS);
  }
}

async function timed(ask: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  const answer = await ask();
  const took = performance.now() - started;
  const { status = 200, body } = (answer ?? {}) as { status?: number; body?: string };
  if (status !== 200) throw new Error(`answered ${status}: ${body}`);
  return took;
}
