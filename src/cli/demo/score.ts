/** What the service says is broken against what the world knows is broken. */
import { createHash } from 'node:crypto';
import type { Ledger } from '../../ledger/port';
import type { ExpectedDrift } from '../../simulator';
import { columns } from '../columns';

interface Open {
  detector: string;
  subject: { kind: string; id: string };
  discriminator: string;
  cause: { code: string };
}

export interface Score {
  detector: string;
  injected: number;
  found: number;
  missed: string[];
  extra: string[];
}

export async function score(truth: readonly ExpectedDrift[], url: string, ledger: Ledger): Promise<Score[]> {
  const open = await openDrifts(url);
  const hashes = await bodyHashes(open, ledger);
  const left = new Set(open);
  const scores = new Map<string, Score>();
  const of = (detector: string) => {
    const known = scores.get(detector) ?? { detector, injected: 0, found: 0, missed: [], extra: [] };
    scores.set(detector, known);
    return known;
  };
  for (const expected of truth) {
    const line = of(expected.detector);
    line.injected++;
    const match = [...left].find((drift) => matches(drift, expected, hashes));
    if (match) {
      left.delete(match);
      line.found++;
    } else line.missed.push(JSON.stringify(expected.subject));
  }
  for (const { detector, subject } of left) of(detector).extra.push(`${subject.kind}:${subject.id}`);
  return [...scores.values()].sort((a, b) => (a.detector < b.detector ? -1 : 1));
}

function matches(
  drift: Open,
  { detector, subject, discriminator, cause }: ExpectedDrift,
  hashes: Map<string, string>,
): boolean {
  if (drift.detector !== detector || drift.subject.kind !== subject.kind) return false;
  if (discriminator !== undefined && drift.discriminator !== discriminator) return false;
  if (cause !== undefined && drift.cause.code !== cause) return false;
  if (subject.kind === 'feed') return drift.subject.id.startsWith(`${subject.source}/`);
  if (subject.kind === 'fact') return hashes.get(drift.subject.id) === subject.bodyHash;
  return drift.subject.id === subject.id;
}

async function openDrifts(url: string): Promise<Open[]> {
  const drifts: Open[] = [];
  // `minPosition` waits until everything that was recorded is folded.
  const status = (await read(`${url}/v1/status`)) as { ledger: { position: number } };
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: string = `${url}/v1/drifts?status=open&limit=500&minPosition=${status.ledger.position}${cursor && `&cursor=${cursor}`}`;
    const { items, nextCursor } = (await read(page)) as { items: Open[]; nextCursor: string | null };
    drifts.push(...items);
    cursor = nextCursor;
  }
  return drifts;
}

export async function read(url: string): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url);
    if (response.ok) return response.json();
    const text = await response.text();
    if (response.status !== 503 || attempt === 20)
      throw new Error(`${url} answered ${response.status}: ${text}`);
  }
}

async function bodyHashes(open: readonly Open[], ledger: Ledger): Promise<Map<string, string>> {
  const positions = open
    .filter(({ subject }) => subject.kind === 'fact')
    .map(({ subject }) => Number(subject.id));
  const facts = await ledger.at(positions);
  return new Map(
    facts.map(({ position, payload }) => [
      String(position),
      createHash('sha256').update(payload).digest('hex'),
    ]),
  );
}

export function scoreTable(scores: readonly Score[]): string {
  const ratio = (part: number, whole: number) => (whole === 0 ? 1 : part / whole).toFixed(3);
  const row = (name: string, injected: number, found: number, extra: number) => [
    name,
    String(injected),
    String(found),
    String(extra),
    ratio(found, found + extra),
    ratio(found, injected),
  ];
  const sum = (count: (score: Score) => number) => scores.reduce((total, each) => total + count(each), 0);
  const table = columns([
    ['detector', 'injected', 'found', 'false', 'precision', 'recall'],
    ...scores.map(({ detector, injected, found, extra }) => row(detector, injected, found, extra.length)),
    row(
      'all',
      sum((each) => each.injected),
      sum((each) => each.found),
      sum((each) => each.extra.length),
    ),
  ]);
  const wrong = scores.flatMap(({ detector, missed, extra }) => [
    ...missed.map((subject) => `missed ${detector} on ${subject}\n`),
    ...extra.map((subject) => `false ${detector} on ${subject}\n`),
  ]);
  return table + wrong.slice(0, 20).join('');
}
