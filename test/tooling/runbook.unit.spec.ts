/** What can be seen is explained: a figure without its line, and an alert without its paragraph, is one that wakes somebody for nothing. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Registry } from 'prom-client';
import { parse } from 'yaml';
import { Metrics } from '../../src/api/metrics/metrics';
import { IntakeMeter } from '../../src/ingest/kafka/meter';
import { AppendMeter } from '../../src/platform/metrics/append-meter';
import { FoldMeter } from '../../src/platform/metrics/fold-meter';

const read = (file: string) => readFileSync(path.resolve(__dirname, '../..', file), 'utf8');
const runbook = read('docs/runbook.md');
const rules = (
  parse(read('deploy/alerts.yml')) as { groups: { rules: { alert: string; expr: string }[] }[] }
).groups.flatMap((group) => group.rules);

async function figures(): Promise<Set<string>> {
  const registry = new Registry();
  const unused = {} as never;
  // With Kafka: its figures are there, too. None of them is asked for.
  new Metrics(registry, unused, unused, unused, unused, unused, unused);
  for (const Meter of [AppendMeter, FoldMeter, IntakeMeter]) new Meter(registry);
  const names = (await registry.getMetricsAsJSON()).map(({ name }) => name);
  return new Set(names.filter((name) => name.startsWith('tallystick_')));
}

it('has a line for each figure, and none for what is no figure', async () => {
  const told = new Set(
    [...runbook.matchAll(/^\|(.+?)\|/gm)].flatMap(([row]) => row.match(/tallystick_\w+/g) ?? []),
  );
  expect([...told].sort()).toEqual([...(await figures())].sort());
});

it('has a paragraph for each alert, and none for what is no alert', () => {
  const told = [...runbook.matchAll(/^### (Tallystick\w+)$/gm)].map((match) => match[1]);
  expect(told).toEqual(rules.map(({ alert }) => alert));
});

it('speaks, in the rules and elsewhere, only of figures that there are', async () => {
  const known = await figures();
  const used = [...rules.map(({ expr }) => expr), runbook].flatMap(
    (text) => text.match(/\btallystick_\w+/g) ?? [],
  );
  const unknown = used.filter((name) => !known.has(name.replace(/_(count|sum|bucket)$/, '')));
  expect(unknown).toEqual([]);
});
