/** What a generation is made with: the sources as configured, and the policy. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Policy } from '../domain/policy';
import type { SourceSettings } from '../domain/sources/source-kind';

export interface ProjectionSource extends SourceSettings {
  expectedIntervalSeconds: number | null;
}

export interface ProjectionSettings {
  policy: Policy;
  /** Looked up for every fact; a source may be added while the runner runs. */
  source(name: string): ProjectionSource | undefined;
  sources(): readonly ProjectionSource[];
}

let code: string | null = null;

/** Hash of the domain as it is loaded: rows made by other code are another generation. */
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
  return (code = hash.digest('hex').slice(0, 16));
}

/** Code and policy. A source added later has no earlier facts to be read anew, so sources are compared one by one. */
export function fingerprint(settings: ProjectionSettings): string {
  return `${codeFingerprint()}-${createHash('sha256').update(JSON.stringify(settings.policy)).digest('hex').slice(0, 16)}`;
}

/** Sources whose settings differ from those that a generation was made with. */
export function changedSources(made: readonly ProjectionSource[], now: ProjectionSettings): string[] {
  return made
    .filter((was) => JSON.stringify(now.source(was.name)) !== JSON.stringify(was))
    .map(({ name }) => name);
}
