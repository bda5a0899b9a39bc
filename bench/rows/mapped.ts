/** The full rebuild with entries in every table of the mapping, against paging through the same ledger. */
import { COMMAND_LINE, PAGE_THROUGH, run } from '../support/command';
import { grouped } from '../support/figure';
import type { Measurement } from '../support/lab';
import { fold } from '../support/ledgers';
import { everyTable } from '../support/mapping';
import { withServer } from '../support/server';
import { median } from '../support/statistics';

export const mapped: Measurement = {
  rows: [{ name: 'mapped', what: 'the full rebuild with all mappings in force, against the same paging' }],
  async measure(lab) {
    const large = await lab.ledgers.large(lab);
    await fold(lab, large);
    const mapping = await everyTable(lab, large);
    const env = { TALLYSTICK_DATA_DIR: large.dataDir };
    const paged: number[] = [];
    const rebuilt: number[] = [];
    await withServer(large.dataDir, async (url) => {
      for (let pair = 1; pair <= lab.pairs; pair++) {
        const page = await run(lab, PAGE_THROUGH, [], { DATABASE_URL: url });
        paged.push((page.output as { seconds: number }).seconds);
        const built = await run(lab, COMMAND_LINE, ['replay', '--json', '--mapping', mapping], env);
        const { seconds, generation } = built.output as { seconds: number; generation: number };
        rebuilt.push(seconds);
        await run(lab, COMMAND_LINE, ['generations', 'drop', String(generation), '--json'], env);
        lab.say(
          `mapped ${pair}/${lab.pairs}: paging ${paged.at(-1)?.toFixed(1)} s, rebuild ${seconds.toFixed(1)} s`,
        );
      }
    });
    const [page, time] = [median(paged), median(rebuilt)];
    return [
      {
        row: 'mapped',
        what: 'rebuild with all mappings / paging through with JSON.parse',
        ceiling: `paging ${grouped(large.facts / page)} facts/s`,
        result: `${grouped(large.facts / time)} facts/s, ${time.toFixed(1)} s`,
        measured: page / time,
        unit: 'ratio',
        better: 'higher',
        required: 0.25,
        aim: 0.4,
        runs: { pageSeconds: paged, rebuildSeconds: rebuilt },
      },
    ];
  },
};
