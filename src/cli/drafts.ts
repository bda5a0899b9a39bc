/** What the commands of the mapping and of the policy have in common. */
import { stringify } from 'yaml';
import { formatInstant } from '../domain/facts/instant';
import { localActor } from '../platform/http/auth/actor';
import { Drafts, type Standing } from '../projections/drafts';
import { ensureLive } from '../projections/generations';
import { InForceBook } from '../projections/in-force';
import { type Author, type Version, VersionBook } from '../projections/versions';
import { columns } from './columns';
import { type CommandOptions, type Runtime, withRuntime } from './runtime';
import { visibleLines } from '../platform/shown';
import { writeOut } from './output';

export interface Output {
  json: boolean;
}

export function openDrafts({ pool, ledger, sources }: Runtime): Drafts {
  return new Drafts(new VersionBook(ledger), new InForceBook(pool), sources);
}

/** Before the service has ever run, the empty mapping and the configuration's policy are in force. */
export function withDrafts<T>(work: (drafts: Drafts) => Promise<T>, options?: CommandOptions): Promise<T> {
  return withRuntime(async (runtime) => {
    await ensureLive(runtime.pool, runtime.settings);
    return work(openDrafts(runtime));
  }, options);
}

/** Who can open the database needs no key to write. */
export function author(reason: string | null = null): Author {
  return { actor: localActor.name, at: Date.now(), reason };
}

export function print(text: string): void {
  writeOut(`${text.trimEnd()}\n`);
}

/** YAML, so that it can be edited and drafted again; what it is stands above it. */
export async function printContent(
  drafts: Drafts,
  { name, inForce, draft }: Standing,
  { json, draft: asDrafted }: Output & { draft: boolean },
): Promise<void> {
  const shown =
    asDrafted && draft !== null
      ? { version: draft.version, inForce: false, content: await drafts.content(draft) }
      : { ...inForce, inForce: true };
  if (json) {
    print(JSON.stringify({ name, ...shown }));
    return;
  }
  const other = shown.inForce && draft !== null ? `; version ${draft.version} is drafted` : '';
  const what = `${versionText(shown.version)}, ${shown.inForce ? 'in force' : 'drafted'}${other}`;
  print(`# ${name}: ${what}\n${yaml(shown.content)}`);
}

/** Between quotation marks, what `writeOut` makes visible is read again as what it was. */
function yaml(content: unknown): string {
  const plain = stringify(content, { flowCollectionPadding: false });
  if (visibleLines(plain) === plain) return plain;
  return stringify(content, { flowCollectionPadding: false, defaultStringType: 'QUOTE_DOUBLE' });
}

export function versionText(version: number | null): string {
  if (version === null) return 'as configured';
  return version === 0 ? 'empty' : `version ${version}`;
}

export interface Difference {
  name: string;
  /** Versions. */
  from: number | null;
  to: number;
  removed: string[];
  added: string[];
}

/** `lines` tells a content line by line; what order the lines have makes no difference. */
export async function differenceOf(
  drafts: Drafts,
  { name, inForce, draft }: Standing,
  lines: (content: unknown) => string[],
): Promise<Difference | null> {
  if (draft === null) return null;
  const [before, after] = [lines(inForce.content), lines(await drafts.content(draft))];
  const [old, now] = [new Set(before), new Set(after)];
  return {
    name,
    from: inForce.version,
    to: draft.version,
    removed: before.filter((line) => !now.has(line)),
    added: after.filter((line) => !old.has(line)),
  };
}

export function printDifferences(differences: readonly Difference[], { json }: Output): void {
  if (json) print(JSON.stringify({ items: differences }));
  else if (differences.length === 0) print('Nothing is drafted that is not in force.');
  else
    for (const { name, from, to, removed, added } of differences) {
      const lines = [...removed.map((line) => `- ${line}`), ...added.map((line) => `+ ${line}`)];
      print([`${name}: ${versionText(from)} → ${versionText(to)}`, ...lines].join('\n'));
    }
}

export function printHistory(standings: readonly Standing[], { json }: Output): void {
  const items = standings.flatMap((standing) =>
    standing.versions.map(({ name, version, at, actor, reason, position }) => ({
      name,
      version,
      state: stateOf(standing, version),
      at: formatInstant(at),
      actor,
      reason,
      position,
    })),
  );
  if (json) print(JSON.stringify({ items }));
  else if (items.length === 0) print('No version was drafted yet.');
  else {
    const rows = items.map(({ name, version, state, at, actor, reason, position }) => [
      name,
      String(version),
      state ?? '',
      at.slice(0, 19),
      actor,
      String(position),
      reason ?? '',
    ]);
    print(columns([['name', 'version', '', 'drafted', 'by', 'fact', 'reason'], ...rows]));
  }
}

function stateOf({ inForce, draft }: Standing, version: number): 'in force' | 'draft' | null {
  if (inForce.version === version) return 'in force';
  return draft?.version === version ? 'draft' : null;
}

export function printDrafted(
  { version, changed }: { version: Version; changed: boolean },
  what: 'mapping' | 'policy',
  { json }: Output,
): void {
  const { name, position, version: number } = version;
  if (json) print(JSON.stringify({ name, version: number, changed, position }));
  else if (!changed) print(`Version ${number} of ${name} says so already: nothing was drafted.`);
  else
    print(
      `Version ${number} of ${name} is drafted, at fact ${position}. What it would have found:\n` +
        `  tallystick replay --${what} draft`,
    );
}
