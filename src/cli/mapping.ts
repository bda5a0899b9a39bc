import { stringify } from 'yaml';
import { type TableName, tableNames } from '../domain/mapping/tables';
import { ConfigError } from '../platform/config';
import type { Drafts, Standing } from '../projections/drafts';
import { columns } from './columns';
import { partOf, readDocument } from './document-file';
import {
  type Output,
  author,
  differenceOf,
  print,
  printContent,
  printDifferences,
  printDrafted,
  printHistory,
  versionText,
  withDrafts,
} from './drafts';

export function runShowMapping(
  table: string | undefined,
  output: Output & { draft: boolean },
): Promise<void> {
  return withDrafts(async (drafts) => {
    if (table !== undefined) await printContent(drafts, await drafts.table(tableNamed(table)), output);
    else printTables(await drafts.tables(), output);
  });
}

export function runEditMapping(
  table: string,
  file: string,
  { reason, ...output }: Output & { reason?: string },
): Promise<void> {
  const name = tableNamed(table);
  const entries = partOf(partOf(readDocument(file), 'mapping'), name);
  const draft = async (drafts: Drafts) => {
    printDrafted(await drafts.draftTable(name, entries, author(reason)), 'mapping', output);
  };
  return withDrafts(draft, { creates: true });
}

export function runDiffMapping(table: string | undefined, output: Output): Promise<void> {
  return withDrafts(async (drafts) => {
    const standings = await chosen(drafts, table);
    const differences = await Promise.all(
      standings.map((standing) => differenceOf(drafts, standing, entryLines)),
    );
    printDifferences(
      differences.filter((difference) => difference !== null),
      output,
    );
  });
}

export function runMappingHistory(table: string | undefined, output: Output): Promise<void> {
  return withDrafts(async (drafts) => {
    printHistory(await chosen(drafts, table), output);
  });
}

async function chosen(drafts: Drafts, table: string | undefined): Promise<Standing[]> {
  return table === undefined ? drafts.tables() : [await drafts.table(tableNamed(table))];
}

function tableNamed(text: string): TableName {
  const name = tableNames.find((each) => each === text);
  if (name === undefined)
    throw new ConfigError([`no table is named ${text}; the tables are ${tableNames.join(', ')}`]);
  return name;
}

function entryLines(content: unknown): string[] {
  return (content as unknown[]).map((entry) =>
    stringify(entry, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd(),
  );
}

function printTables(standings: readonly Standing<readonly unknown[]>[], { json }: Output): void {
  const items = standings.map(({ name, inForce, draft }) => ({
    name,
    entries: inForce.content.length,
    inForce: inForce.version,
    draft: draft?.version ?? null,
  }));
  if (json) print(JSON.stringify({ items }));
  else {
    const rows = items.map(({ name, entries, inForce, draft }) => [
      name,
      String(entries),
      versionText(inForce),
      draft === null ? '' : versionText(draft),
    ]);
    print(columns([['table', 'entries', 'in force', 'draft'], ...rows]));
  }
}
