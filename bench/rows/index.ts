import type { Measurement } from '../support/lab';
import { callers } from './callers';
import { ingest } from './ingest';
import { kafka } from './kafka';
import { mapped } from './mapped';
import { promotion } from './promotion';
import { rebuild } from './rebuild';
import { start } from './start';
import { trail } from './trail';
import { visible } from './visible';

/** In the order in which they run; the last two add facts to the large ledger. */
export const measurements: readonly Measurement[] = [
  ingest,
  callers,
  rebuild,
  mapped,
  trail,
  start,
  kafka,
  promotion,
  visible,
];
