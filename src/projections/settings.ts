/** What a generation is made with: the sources as configured, the mapping and the policy. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Mappings, noMappings } from '../domain/mapping/mappings';
import { type MappingDocument, emptyMapping } from '../domain/mapping/tables';
import type { Policy } from '../domain/policy';
import type { SourceSettings } from '../domain/sources/source-kind';
import { LIVE, createIndexes, createTables } from './generation-schema';

export interface ProjectionSource extends SourceSettings {
  expectedIntervalSeconds: number | null;
}

export interface ProjectionSettings {
  policy: Policy;
  mapping: Mappings;
  /** The policy of the configuration, where another one is in force. */
  configured?: Policy;
  /** Looked up for every fact; a source may be added while the runner runs. */
  source(name: string): ProjectionSource | undefined;
  sources(): readonly ProjectionSource[];
}

/** What a generation was made with, as it is kept beside it. */
export interface Made {
  policy: Policy;
  /** The configuration's policy at that time; what was promoted holds until somebody changes that. */
  configured: Policy;
  mapping: MappingDocument;
  sources: readonly ProjectionSource[];
}

export function madeOf(settings: ProjectionSettings): Made {
  const { policy, configured = policy, mapping } = settings;
  return { policy, configured, mapping: mapping.document, sources: settings.sources() };
}

/** Before there were drafts no other policy than the configuration's was in force, and before there were mappings none. */
export function readMade(text: string): Made {
  const made = JSON.parse(text) as Pick<Made, 'policy' | 'sources'> & Partial<Made>;
  return {
    ...made,
    configured: made.configured ?? made.policy,
    mapping: { ...emptyMapping, ...made.mapping },
  };
}

/** The settings of this process: policy and mapping that are in force, which a promotion changes, and the sources as they are now. */
export class CurrentSettings implements ProjectionSettings {
  policy: Policy;
  mapping: Mappings = noMappings;

  constructor(
    readonly configured: Policy,
    private readonly book: {
      get(name: string): ProjectionSource | undefined;
      all(): readonly ProjectionSource[];
    },
  ) {
    this.policy = configured;
  }

  source(name: string): ProjectionSource | undefined {
    return this.book.get(name);
  }

  sources(): readonly ProjectionSource[] {
    return this.book.all();
  }

  /** Those of the live generation are in force, its policy unless the configuration has changed since it was made. */
  adopt(made: Made | null): void {
    this.mapping = made ? new Mappings(made.mapping) : noMappings;
    this.policy = made && sameJson(made.configured, this.configured) ? made.policy : this.configured;
  }

  /** Whatever is configured: facts are folded by what the live generation was made with. */
  follow(made: Made): void {
    this.mapping = new Mappings(made.mapping);
    this.policy = made.policy;
  }

  /** What a start would make a generation with where one made with `made` is live. */
  wanted(made: Made): ProjectionSettings {
    const settings = new CurrentSettings(this.configured, this.book);
    settings.adopt(made);
    return settings;
  }
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * The settings that a generation was made with, so that it is caught up as it began. A source that was added since is as it
 * is now: nothing of it was folded before.
 */
export function madeSettings(
  { policy, configured, mapping, sources }: Made,
  now: Pick<ProjectionSettings, 'source'>,
): ProjectionSettings {
  const byName = new Map(sources.map((source) => [source.name, source]));
  return {
    policy,
    configured,
    mapping: new Mappings(mapping),
    source: (name) => byName.get(name) ?? now.source(name),
    sources: () => sources,
  };
}

let code: string | null = null;

/** Hash of the domain as it is loaded, and of the tables: rows made by other code, or for other tables, are another generation. */
export function codeFingerprint(): string {
  if (code !== null) return code;
  const root = join(__dirname, '..', 'domain');
  const hash = createHash('sha256');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(js|ts)$/.test(file) && !/\.spec\.|\.d\.ts$/.test(file))
    .sort();
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)));
  hash.update(createTables(LIVE)).update(createIndexes(LIVE).join());
  return (code = hash.digest('hex').slice(0, 16));
}

const CODE_ENDS = '-';

/** The fingerprint of the code that made a generation's rows. */
export function codeOf(fingerprintOfGeneration: string): string {
  return fingerprintOfGeneration.split(CODE_ENDS)[0] ?? '';
}

/** Whether rows of a generation were made by the code that runs here. */
export function madeByThisCode(fingerprintOfGeneration: string): boolean {
  return codeOf(fingerprintOfGeneration) === codeFingerprint();
}

/** Code, mapping and policy. A source added later has no earlier facts to be read anew, so sources are compared one by one. */
export function fingerprint({ policy, mapping }: ProjectionSettings): string {
  const said = JSON.stringify([policy, mapping.document]);
  return `${codeFingerprint()}${CODE_ENDS}${createHash('sha256').update(said).digest('hex').slice(0, 16)}`;
}

/** Sources whose settings differ from those that a generation was made with. */
export function changedSources(made: readonly ProjectionSource[], now: ProjectionSettings): string[] {
  return made
    .filter((was) => JSON.stringify(now.source(was.name)) !== JSON.stringify(was))
    .map(({ name }) => name);
}
