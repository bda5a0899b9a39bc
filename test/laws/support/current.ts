/**
 * The current cases and drifts without what the order of arrival may decide: positions, history, and the order in which a
 * case keeps its documents. A subject `fact:<position>` is named by what that fact says instead.
 */
import { hash } from 'node:crypto';
import type { Pool } from 'pg';
import { rowsOf } from './rows';

export interface Current {
  cases: Record<string, unknown>;
  drifts: Record<string, unknown>;
}

export interface CurrentOptions {
  /** Versions that differ in notation only: what tells them apart is left out, too. */
  notation?: boolean;
}

/** Positions, and what depends on the instant of receipt. */
const POSITIONS = new Set(['fact', 'facts', 'position', 'receivedFact', 'receivedAt', 'leastLag']);
const NOTATION = new Set(['hash', 'messages']);

export async function currentOf(pool: Pool, { notation = false }: CurrentOptions = {}): Promise<Current> {
  const { cases, drifts } = await rowsOf(pool);
  const names = await contents(pool);
  const rename = (text: string) =>
    text.replace(/\b(fact|message):(\d+)\b/g, (_, kind: string, position: string) => {
      return `${kind}:${names.get(position) ?? position}`;
    });
  const without = (text: string, sorted: boolean) =>
    strip(JSON.parse(rename(text)), notation ? new Set([...POSITIONS, ...NOTATION]) : POSITIONS, sorted);
  const current: Current = { cases: {}, drifts: {} };
  for (const { key, kind, subject, refs, looks, state } of cases) {
    current.cases[rename(key)] = {
      kind,
      subject: rename(subject),
      refs: [...refs].sort(),
      looks: [...looks].sort(),
      state: comparable(kind, without(state, true)),
    };
  }
  for (const row of drifts) {
    if (row.status === 'resolved') continue;
    const { detector, discriminator, severity, status, source, cause, amount_minor, amount_currency } = row;
    current.drifts[rename(`${row.case_key} ${row.anchor}`)] = {
      detector,
      subject: rename(row.subject),
      discriminator,
      severity,
      status,
      source,
      cause,
      amount: [amount_minor, amount_currency],
      ...(row.subject.startsWith('fact:') ? {} : { id: row.id }),
      ...(row.case_key.startsWith('message:')
        ? {}
        : { openedAt: row.opened_at.getTime(), valuesHash: row.values_hash }),
      finding: said(row.case_key, without(row.finding, false)),
    };
  }
  return current;
}

async function contents(pool: Pool): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ position: number; source: string; bytes: Buffer }>(
    `SELECT position, source, coalesce(payload_raw, convert_to(payload, 'UTF8')) AS bytes FROM ledger.facts`,
  );
  return new Map(
    rows.map(({ position, source, bytes }) => [String(position), `${source}/${hash('sha256', bytes)}`]),
  );
}

function strip(value: unknown, without: ReadonlySet<string>, sorted: boolean): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => strip(item, without, sorted));
    return sorted ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !without.has(name))
      .map(([name, item]) => [name, strip(item, without, sorted)]),
  );
}

function comparable(kind: string, state: unknown): unknown {
  if (kind === 'message') return { ...(state as object), at: null };
  if (kind !== 'stock') return state;
  // Its sums in advance only say how far they can be trusted, which may be told more or less cautiously.
  const { tally: _, ...rest } = state as Record<string, unknown>;
  return rest;
}

/** The subject is compared as the row has it. A quarantined message is one since it came. */
function said(caseKey: string, finding: unknown): unknown {
  const { subject: _, ...rest } = finding as Record<string, unknown>;
  return caseKey.startsWith('message:') ? { ...rest, since: null, dueAt: null, divergence: null } : rest;
}

/** What differs, each with its path, and no more of it than a reader can take in. */
export function differences(left: unknown, right: unknown): string[] {
  const found: string[] = [];
  compare(left, right, '', found);
  return found.length <= 8 ? found : [...found.slice(0, 8), `and ${found.length - 8} more`];
}

function compare(left: unknown, right: unknown, path: string, found: string[]): void {
  if (Object.is(left, right)) return;
  if (left instanceof Date && right instanceof Date && left.getTime() === right.getTime()) return;
  const bothObjects =
    typeof left === 'object' && typeof right === 'object' && left !== null && right !== null;
  const sameKind = bothObjects && !(left instanceof Date) && Array.isArray(left) === Array.isArray(right);
  if (!sameKind || (Array.isArray(left) && left.length !== (right as unknown[]).length)) {
    found.push(`${path}: ${short(left)} ≠ ${short(right)}`);
    return;
  }
  const [a, b] = [left as Record<string, unknown>, right as Record<string, unknown>];
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)]))
    compare(a[name], b[name], path === '' ? name : `${path} › ${name}`, found);
}

function short(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`;
}
