/**
 * What is in force and what is drafted, of the policy and of each table of the mapping. In force is what the live generation
 * was made with; a draft is the last version, where it says something else.
 */
import { checkedPolicy } from '../domain/drift/checked-policy';
import { checkedMapping, checkedTable } from '../domain/mapping/check';
import { type MappingDocument, type TableName, tableNames } from '../domain/mapping/tables';
import type { Policy } from '../domain/policy';
import type { InForceBook } from './in-force';
import type { Made } from './settings';
import type { SourceBook } from './sources';
import type { VersionBook } from './versions';
import { type Author, type Version, type VersionName, digestOf } from './versions';

export interface Standing<C = unknown> {
  name: VersionName;
  /** `version` is 0 for the empty table before all versions, and null for what was never drafted: the configuration's policy. */
  inForce: { version: number | null; content: C };
  draft: Version | null;
  /** The newest first. */
  versions: readonly Version[];
}

export type Versions = { [N in VersionName]?: number | null };
/** A kit may contain itself by an alias alone. */
const TOGETHER: readonly TableName[] = ['sku-aliases', 'bundles'];

export class NothingInForce extends Error {
  readonly code = 'nothing-in-force';
}

export class Drafts {
  constructor(
    private readonly book: VersionBook,
    private readonly inForce: InForceBook,
    private readonly sources: SourceBook,
  ) {}

  async policy(): Promise<Standing<Policy>> {
    const { policy } = await this.made();
    return this.standing('policy', policy);
  }

  async table<N extends TableName>(name: N): Promise<Standing<MappingDocument[N]>> {
    const { mapping } = await this.made();
    return this.standing(name, mapping[name]);
  }

  tables(): Promise<Standing<MappingDocument[TableName]>[]> {
    return Promise.all(tableNames.map((name) => this.table(name)));
  }

  content(version: Version): Promise<unknown> {
    return this.book.content(version);
  }

  /** Throws `DocumentRefused`. */
  async draftPolicy(policy: unknown, author: Author) {
    await this.sources.reload();
    return this.book.draft('policy', checkedPolicy(policy, this.sources.all()), author);
  }

  /** Throws `DocumentRefused`. */
  async draftTable(name: TableName, entries: unknown, author: Author) {
    await this.sources.reload();
    const checked = checkedTable(name, entries, this.sources.all(), await this.beside(name));
    return this.book.draft(name, checked, author);
  }

  /** The tables that are looked at together, as they were drafted last. */
  private async beside(name: TableName): Promise<Partial<MappingDocument>> {
    const others = TOGETHER.includes(name) ? TOGETHER.filter((each) => each !== name) : [];
    const tables = others.map(async (each) => {
      const { inForce, draft } = await this.table(each);
      const content = draft === null ? inForce.content : await this.content(draft);
      return [each, checkedTable(each, content, this.sources.all())];
    });
    return Object.fromEntries(await Promise.all(tables)) as Partial<MappingDocument>;
  }

  /** The last version of every table; null where nothing is drafted. Throws `DocumentRefused` for what is no longer understood. */
  async mappingDraft(): Promise<MappingDocument | null> {
    const tables = await this.tables();
    if (tables.every(({ draft }) => draft === null)) return null;
    const drafted = await Promise.all(
      tables.map(async ({ name, inForce, draft }) => [
        name,
        draft === null ? inForce.content : await this.content(draft),
      ]),
    );
    await this.sources.reload();
    return checkedMapping(Object.fromEntries(drafted), this.sources.all());
  }

  /** Null where nothing is drafted. Throws `DocumentRefused` for what is no longer understood. */
  async policyDraft(): Promise<Policy | null> {
    const { draft } = await this.policy();
    if (draft === null) return null;
    await this.sources.reload();
    return checkedPolicy(await this.content(draft), this.sources.all());
  }

  /**
   * Whatever is put in force is in the ledger: what a generation was made with, of a file, is drafted before. Answers which
   * version of each it is: 0 for an empty table, null for the configuration's policy.
   */
  async record({ mapping, policy, configured }: Made, author: Author): Promise<Versions> {
    const versions: Versions = {};
    for (const name of tableNames) versions[name] = await this.recorded(name, mapping[name], author);
    versions.policy =
      digestOf(policy) === digestOf(configured) ? null : await this.recorded('policy', policy, author);
    return versions;
  }

  private async recorded(name: VersionName, content: unknown, author: Author): Promise<number> {
    const { version } = (await this.standing(name, content)).inForce;
    return version ?? (await this.book.draft(name, content, author)).version.version;
  }

  private async made(): Promise<Made> {
    const inForce = await this.inForce.read();
    if (!inForce) throw new NothingInForce('there is no live generation yet');
    return inForce.made;
  }

  private async standing<C>(name: VersionName, content: C): Promise<Standing<C>> {
    const versions = (await this.book.of(name)).toReversed();
    const digest = digestOf(content);
    const beginning = Array.isArray(content) && content.length === 0 ? 0 : null;
    const version = versions.find((each) => each.digest === digest)?.version ?? beginning;
    const [last] = versions;
    const draft = last && last.digest !== digest ? last : null;
    return { name, inForce: { version, content }, draft, versions };
  }
}
