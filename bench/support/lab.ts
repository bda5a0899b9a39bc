/** What every row is measured with. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { BulkMessage } from '../../src/simulator';
import type { Figure } from './figure';

export interface LabOptions {
  /** Facts in the large ledger. */
  facts: number;
  /** Facts in one block of the prepared ledgers. */
  blockFacts: number;
  /** Interleaved runs of ceiling and result. */
  pairs: number;
  /** How long the load of `visible` lasts. */
  seconds: number;
  rows: ReadonlySet<string>;
}

/** A ledger that several rows are measured on. */
export interface LedgerFolder {
  dataDir: string;
  facts: number;
  /** What comes after: the same trading goes on. */
  rest: Iterator<BulkMessage>;
  /** Whether its read models are built. */
  folded: boolean;
}

/** Made when first asked for. */
export interface Ledgers {
  /** Of `--facts`. */
  large(lab: Lab): Promise<LedgerFolder>;
  /** Of a tenth of it. */
  small(lab: Lab): Promise<LedgerFolder>;
  /** Of 10,000 facts that tell of complete orders. */
  tiny(lab: Lab): Promise<LedgerFolder>;
}

export interface Lab extends LabOptions {
  /** Removed at the end with everything in it. */
  folder: string;
  /** The configuration file of every service and command: the sources. */
  configFile: string;
  ledgers: Ledgers;
  signal: AbortSignal;
  say(text: string): void;
}

/** A row, or rows that come out of the same runs. */
export interface Measurement {
  rows: readonly { name: string; what: string }[];
  /** Figures of all its rows; who asked for some gets those. */
  measure(lab: Lab): Promise<Figure[]>;
}

export function subfolder(lab: Pick<Lab, 'folder'>, name: string): string {
  const folder = path.join(lab.folder, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}
