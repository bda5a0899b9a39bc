/**
 * Who wrote what a promotion changes: every version of a table, of the policy or of a source's settings from what is in force to
 * what shall be, and whoever else has added or removed one of the entries that change, in whatever version; and who asked for it.
 */
import { tableNames } from '../domain/mapping/tables';
import { readOwnMessage } from '../domain/sources/tallystick/messages';
import type { Fact, Ledger } from '../ledger/port';
import { localActor } from '../platform/http/auth/actor';
import type { Succession } from './generations';
import { OWN_SOURCE } from './translate';
import { VersionBook, digestOf } from './versions';

/** What somebody once wrote, the oldest first in a list. */
interface Step {
  actor: string;
  digest: string;
  content(): Promise<unknown>;
}

interface Change {
  steps: readonly Step[];
  was: unknown;
  is: unknown;
  /** What held before the first step. */
  beginning: unknown;
}

/** The actor of what a configuration file said at a start: nobody knows who wrote it. */
export const CONFIGURATION = 'configuration';
const PAGE = 100;

/** Actors; none where nothing but code differs. */
export async function writersOf(ledger: Ledger, { live, next }: Succession): Promise<Set<string>> {
  const [was, is] = [live.made, next.made];
  const book = new VersionBook(ledger);
  const writers = new Set<string>();
  if (next.purpose === 'draft') writers.add(next.requestedBy ?? localActor.name);
  if (!same(was.configured, is.configured)) writers.add(CONFIGURATION);
  const add = async (change: Change) => {
    if (same(change.was, change.is)) return;
    for (const actor of await authorsOf(change)) writers.add(actor);
  };
  const versions = async (name: Parameters<VersionBook['of']>[0]): Promise<Step[]> =>
    (await book.of(name)).map((version) => ({ ...version, content: () => book.content(version) }));
  for (const name of tableNames)
    await add({ steps: await versions(name), was: was.mapping[name], is: is.mapping[name], beginning: [] });
  const beginning = was.configured;
  await add({ steps: await versions('policy'), was: was.policy, is: is.policy, beginning });
  const now = new Map(is.sources.map((source) => [source.name, source]));
  for (const source of was.sources) {
    const other = now.get(source.name);
    if (!other || same(source, other)) continue;
    const steps = await configurations(ledger, source.name);
    await add({ steps, was: plain(source), is: plain(other), beginning: null });
  }
  return writers;
}

async function authorsOf({ steps, was, is, beginning }: Change): Promise<Set<string>> {
  const authors = new Set(between(steps, { was, is, beginning }).map(({ actor }) => actor));
  const [old, wanted] = [partsOf(was), partsOf(is)];
  const added = [...wanted].filter((part) => !old.has(part));
  const removed = [...old].filter((part) => !wanted.has(part));
  let before = partsOf(beginning);
  for (const { actor, content } of steps) {
    const after = partsOf(await content());
    const adds = added.some((part) => after.has(part) && !before.has(part));
    if (adds || removed.some((part) => before.has(part) && !after.has(part))) authors.add(actor);
    before = after;
  }
  return authors;
}

/** Forward the steps that lead there since it was last as it is now; back those that are taken back. */
function between(steps: readonly Step[], { was, is, beginning }: Omit<Change, 'steps'>): readonly Step[] {
  const numbersOf = (content: unknown): number[] => {
    const digest = digestOf(content);
    const beginnings = same(content, beginning) ? [0] : [];
    return [...beginnings, ...steps.flatMap((step, index) => (step.digest === digest ? [index + 1] : []))];
  };
  // What nobody has drafted yet is what comes after all that was.
  const to = numbersOf(is).at(-1) ?? steps.length;
  const standing = numbersOf(was);
  if (standing.length === 0) return steps;
  const from = standing.findLast((number) => number <= to);
  return from === undefined ? steps.slice(to, standing.at(-1)) : steps.slice(from, to);
}

/** What can be written, one by one: an entry of a list, a field of a document. */
function partsOf(content: unknown, path = ''): Set<string> {
  if (Array.isArray(content)) return new Set(content.map((entry) => `${path}=${JSON.stringify(entry)}`));
  if (typeof content !== 'object' || content === null)
    return content === undefined ? new Set() : new Set([`${path}=${JSON.stringify(content)}`]);
  const fields = Object.entries(content).map(([name, value]) => partsOf(value, `${path}.${name}`));
  return new Set(fields.flatMap((parts) => [...parts]));
}

async function configurations(ledger: Ledger, name: string): Promise<Step[]> {
  const steps: Step[] = [];
  for (let after = 0; ;) {
    const type = 'source.configured';
    const facts = await ledger.find({ source: OWN_SOURCE, type, key: name, after, limit: PAGE });
    steps.push(...facts.map(configuration));
    const last = facts.at(-1);
    if (!last || facts.length < PAGE) return steps;
    after = last.position;
  }
}

function configuration({ payload, actor, position }: Fact): Step {
  const own = typeof payload === 'string' ? readOwnMessage(JSON.parse(payload)) : null;
  if (own?.type !== 'source.configured') throw new Error(`fact ${position} configures no source`);
  const { type: _type, at: _at, ...source } = own;
  const settings = plain(source);
  return { actor, digest: digestOf(settings), content: () => Promise.resolve(settings) };
}

/** The same text for the same settings, in whichever order they were written. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined && field !== null);
  return Object.fromEntries(
    fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, field]) => [name, plain(field)]),
  );
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
