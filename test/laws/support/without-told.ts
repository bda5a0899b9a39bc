import { catalogue } from '../../../src/domain/drift/catalogue';
import type { Current } from './current';

/**
 * Since when a drift stands is told by what its case remembers, and what that was meanwhile depends on what had arrived: what
 * is sent again after a crash, or read from one partition far ahead of another, may be older than the window, and is forgotten as
 * it comes (ADR 0007). All else must be the same.
 */
const WINDOWED = new Set(catalogue.filter(({ windowed }) => windowed === true).map(({ code }) => code));

export function withoutTold({ cases, drifts }: Current): Current {
  const told = { certain: null, since: null, dueAt: null, divergence: null };
  const left = (drift: { detector: string; finding: object }) =>
    WINDOWED.has(drift.detector)
      ? { ...drift, openedAt: null, finding: { ...drift.finding, ...told } }
      : drift;
  const entries = Object.entries(drifts as Record<string, { detector: string; finding: object }>);
  return { cases, drifts: Object.fromEntries(entries.map(([name, drift]) => [name, left(drift)])) };
}
