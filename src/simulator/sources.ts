import type { SourceName } from './recorder';

/** How the world's sources are to be configured where its messages are sent. */
export interface SourceConfig {
  name: SourceName;
  kind: 'prima' | 'scend' | 'middleware';
  /** IANA. */
  timeZone: string;
  legalEntity: string;
  /** Epoch milliseconds; nothing before it can be missing. */
  startsAt: number;
  /** Silence longer than this is stale; unset: the policy's default. */
  expectedIntervalSeconds?: number;
}

export function sourcesOf(startsAt: number, silentFeed: boolean): SourceConfig[] {
  const common = { timeZone: 'Europe/London', legalEntity: 'ACME-UK', startsAt };
  const sources: SourceConfig[] = [
    { name: 'prima', kind: 'prima', ...common },
    { name: 'scend', kind: 'scend', ...common },
    { name: 'middleware', kind: 'middleware', ...common },
  ];
  if (silentFeed) {
    sources.push({ name: 'middleware-legacy', kind: 'middleware', ...common, expectedIntervalSeconds: 2 });
  }
  return sources;
}
