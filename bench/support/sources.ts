/** The sources of the simulator's bulk trading, as the configuration file of every measured process names them. */
import { writeFileSync } from 'node:fs';

export const sources = ['prima', 'scend', 'middleware'].map((name) => ({
  name,
  kind: name,
  timeZone: 'UTC',
  legalEntity: 'ACME',
}));

export function writeConfigFile(file: string): void {
  writeFileSync(file, JSON.stringify({ sources }));
}
