import type { Measurement } from '../support/lab';
import { callers } from './callers';
import { ingest } from './ingest';
import { rebuild } from './rebuild';
import { start } from './start';
import { trail } from './trail';
import { visible } from './visible';

/** In the order in which they run; `visible` adds facts to the large ledger, so it is the last. */
export const measurements: readonly Measurement[] = [ingest, callers, rebuild, trail, start, visible];
