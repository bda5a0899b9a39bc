/** From the start of the process until it is ready, on a database that exists. */
import { grouped } from '../support/figure';
import type { Measurement } from '../support/lab';
import { fold } from '../support/ledgers';
import { startService } from '../support/service';
import { median } from '../support/statistics';

const STARTS = 5;

export const start: Measurement = {
  rows: [{ name: 'start', what: 'start of the service on an initialised embedded database' }],
  async measure(lab) {
    const large = await lab.ledgers.large(lab);
    await fold(lab, large);
    const seconds: number[] = [];
    for (let run = 1; run <= STARTS; run++) {
      const service = await startService(lab, large.dataDir);
      seconds.push(service.readyAfterMs / 1000);
      await service.stop();
    }
    const measured = median(seconds);
    lab.say(`start: ${measured.toFixed(2)} s`);
    return [
      {
        row: 'start',
        what: 'start on an initialised database, until ready',
        ceiling: null,
        result: `with ${grouped(large.facts)} facts, median of ${STARTS}`,
        measured,
        unit: 's',
        better: 'lower',
        required: 5,
        aim: 2,
        runs: { seconds },
      },
    ];
  },
};
