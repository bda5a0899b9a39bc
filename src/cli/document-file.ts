/** A policy or a mapping as somebody wrote it in a file: checked, with the file in the name of each fault's place. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { checkedPolicy as checked } from '../domain/drift/checked-policy';
import { type KnownSource, checkedMapping } from '../domain/mapping/check';
import type { MappingDocument } from '../domain/mapping/tables';
import type { Policy } from '../domain/policy';
import { DocumentRefused, type Problem } from '../domain/refused';
import { ConfigError } from '../platform/config';
import { meant } from '../platform/nearest';

type Named = Pick<KnownSource, 'name'>;

/** The configuration's policy; `sources` as in the domain's own. Throws ConfigError. */
export function checkedPolicy(document: unknown, sources: readonly Named[] | null): Policy {
  return inPlace('policy', '.', () => checked(document, sources));
}

/** A configuration file's `policy:` part, or that part alone. Throws ConfigError. */
export function readPolicyFile(file: string, sources: readonly Named[]): Policy {
  return inPlace(file, ': ', () => checked(partOf(readDocument(file), 'policy'), sources));
}

/** All tables, under `mapping:` or alone. Throws ConfigError. */
export function readMappingFile(file: string, sources: readonly KnownSource[]): MappingDocument {
  return inPlace(file, ': ', () => checkedMapping(partOf(readDocument(file), 'mapping'), sources));
}

/** YAML or JSON; `-` is standard input. Throws ConfigError. */
export function readDocument(file: string): unknown {
  try {
    return parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch (error) {
    throw new ConfigError([`${file}: ${(error as Error).message}`]);
  }
}

/** What a document has under a name; itself where it has nothing of that name. */
export function partOf(document: unknown, name: string): unknown {
  const whole = document as Record<string, unknown> | null;
  return typeof whole === 'object' && whole !== null && Object.hasOwn(whole, name) ? whole[name] : document;
}

function inPlace<T>(place: string, separator: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof DocumentRefused)) throw error;
    throw new ConfigError(
      error.problems.map((problem) => {
        const { path } = problem;
        return path === ''
          ? `${place}: ${sentence(problem)}`
          : `${place}${separator}${path}: ${sentence(problem)}`;
      }),
    );
  }
}

/** With the word that was meant before the list of all that there are. */
export function sentence({ message, word }: Problem): string {
  const near = word ? meant(word.said, word.known) : '';
  const [first = '', ...others] = message.split('; ');
  return [`${first}${near}`, ...others].join('; ');
}
