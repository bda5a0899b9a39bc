/**
 * Writes the generated files that are committed, so that a change of them shows in review:
 * `node dist/cli/generate.js [name …]`; without a name, all. Run in the repository's root.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { canonicalJsonSchema } from '../domain/facts/json-schema';
import { nativeJsonSchema } from '../domain/sources/json-schema';
import { nativeKinds } from '../domain/sources/registry';

/** Each gives the files' contents by their paths. */
const generators: ReadonlyMap<string, () => Map<string, string>> = new Map([['schemas', schemas]]);

function schemas(): Map<string, string> {
  const files = new Map([['docs/schemas/canonical.json', json(canonicalJsonSchema())]]);
  for (const kind of nativeKinds) files.set(`docs/schemas/${kind.kind}.json`, json(nativeJsonSchema(kind)));
  return files;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function main(names: readonly string[]): void {
  for (const name of names.length > 0 ? names : generators.keys()) {
    const generate = generators.get(name);
    if (!generate)
      throw new Error(`There is no generator ${name}; there are: ${[...generators.keys()].join(', ')}.`);
    for (const [file, content] of generate()) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
      process.stdout.write(`${file}\n`);
    }
  }
}

main(process.argv.slice(2));
