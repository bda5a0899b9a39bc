/** What was found against what was injected, a row for every detector of the catalogue, and what is below 1.0. */
import { columns } from '../../src/cli/columns';
import { catalogue } from '../../src/domain/drift/catalogue';
import type { Outcome } from './job';
import type { NearMisses } from './near-misses';

export interface Row {
  detector: string;
  injected: number;
  found: number;
  extra: number;
  nearMisses: number;
  silent: number;
  afterMs: number[];
}

/** `detector`: only of this one. */
export function rowsOf(
  outcomes: readonly Outcome[],
  misses: readonly NearMisses[],
  detector?: string,
): Row[] {
  const codes = [...new Set(catalogue.map(({ code }) => code))].sort();
  return codes
    .filter((code) => detector === undefined || code === detector)
    .map((code) => {
      const is = (one: { detector: string }) => one.detector === code;
      const own = misses.filter(is);
      const found = outcomes.flatMap((each) =>
        each.found.filter(is).map(({ afterMs }) => ({ afterMs, each })),
      );
      const tried = own.reduce((total, { tried: count }) => total + count, 0);
      return {
        detector: code,
        injected: outcomes.reduce(
          (total, { injected }) => total + injected.filter((name) => name === code).length,
          0,
        ),
        found: found.length,
        extra: outcomes.reduce((total, { extra }) => total + extra.filter(is).length, 0),
        nearMisses: tried,
        silent: tried - own.reduce((total, { told }) => total + told.length, 0),
        // Where all comes at once in the end, the time says nothing.
        afterMs: found.filter(({ each }) => each.job.manner === 'as told').map(({ afterMs }) => afterMs),
      };
    });
}

export function tableOf(rows: readonly Row[]): string {
  return columns([
    ['detector', 'injected', 'found', 'false', 'precision', 'recall', 'near misses', 'median', 'p95'],
    ...rows.map(({ detector, injected, found, extra, nearMisses, silent, afterMs }) => [
      detector,
      String(injected),
      String(found),
      String(extra),
      ratio(found, found + extra),
      ratio(found, injected),
      `${silent} of ${nearMisses}`,
      duration(quantile(afterMs, 0.5)),
      duration(quantile(afterMs, 0.95)),
    ]),
  ]);
}

/** Trading reaches no bound, so nothing of it is injected: the detector's examples reach it. */
const OF_BOUNDS: ReadonlySet<string> = new Set(['check-incomplete']);

/** Everything that keeps the table from being 1.0, a line each; none where all is well. */
export function problemsOf(
  outcomes: readonly Outcome[],
  misses: readonly NearMisses[],
  rows: readonly Row[],
): string[] {
  const asked = new Set(rows.map(({ detector }) => detector));
  const of = <T extends { detector: string }>(some: readonly T[]) =>
    some.filter((one) => asked.has(one.detector));
  return [
    ...rows
      .filter(({ injected, detector }) => injected === 0 && !OF_BOUNDS.has(detector))
      .map(({ detector }) => `${detector}: nothing of it was injected`),
    ...of(misses).flatMap(({ detector, told }) =>
      told.map((what) => `${detector}: told of a near miss: ${what}`),
    ),
    ...outcomes.flatMap((outcome) => [
      ...of(outcome.missed).map(({ detector, text }) => `${detector}: missed ${text}, ${where(outcome)}`),
      ...of(outcome.extra).map(({ detector, text }) => `${detector}: false ${text}, ${where(outcome)}`),
    ]),
  ];
}

function where({ job: { seed, orders, manner, cleanDays } }: Outcome): string {
  return `seed ${seed}, ${orders} orders, ${manner}${cleanDays === null ? '' : `, ${cleanDays} clean days`}`;
}

function ratio(part: number, whole: number): string {
  return whole === 0 ? '-' : (part / whole).toFixed(3);
}

function quantile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

function duration(ms: number | null): string {
  if (ms === null) return '-';
  const minutes = ms / 60_000;
  return minutes < 1
    ? `${Math.round(ms / 1000)} s`
    : minutes < 120
      ? `${Math.round(minutes)} min`
      : `${(minutes / 60).toFixed(1)} h`;
}
