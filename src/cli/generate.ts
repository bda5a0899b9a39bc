/**
 * Writes the generated files that are committed, so that a change of them shows in review:
 * `node dist/cli/generate.js [name …]`; without a name, all. Run in the repository's root.
 */
import 'reflect-metadata';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { canonicalJsonSchema, documentSchema } from '../domain/facts/json-schema';
import { mappingSchema } from '../domain/mapping/tables';
import { policySchema } from '../domain/policy';
import { nativeJsonSchema } from '../domain/sources/json-schema';
import { nativeKinds } from '../domain/sources/native-kinds';
import { createLogger } from '../platform/logging';
import { makeSchemaSql } from '../platform/migrations/schema-dump';
import { describeApi } from './openapi';
import { referencePages } from './reference';
import { writeOut } from './output';

/** Each gives the files' contents by their paths. */
const generators: ReadonlyMap<string, () => Files | Promise<Files>> = new Map<
  string,
  () => Files | Promise<Files>
>([
  ['schemas', schemas],
  ['openapi', openapi],
  ['schema-sql', schemaSql],
  ['reference', referencePages],
]);

type Files = Map<string, string>;

function schemas(): Files {
  const files = new Map([
    ['docs/schemas/canonical.json', json(canonicalJsonSchema())],
    [
      'docs/schemas/mapping.json',
      json(documentSchema('mapping', "What the sources' words mean: tables of dated entries", mappingSchema)),
    ],
    [
      'docs/schemas/policy.json',
      json(documentSchema('policy', 'Tolerances, graces, lateness and intervals', policySchema)),
    ],
  ]);
  for (const kind of nativeKinds) files.set(`docs/schemas/${kind.kind}.json`, json(nativeJsonSchema(kind)));
  return files;
}

async function openapi(): Promise<Files> {
  return new Map([['docs/openapi.json', json(await describeApi())]]);
}

async function schemaSql(): Promise<Files> {
  return new Map([['docs/schema.sql', await makeSchemaSql(createLogger('error'))]]);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function main(names: readonly string[]): Promise<void> {
  for (const name of names.length > 0 ? names : generators.keys()) {
    const generate = generators.get(name);
    if (!generate)
      throw new Error(`There is no generator ${name}; there are: ${[...generators.keys()].join(', ')}.`);
    for (const [file, content] of await generate()) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
      writeOut(`${file}\n`);
    }
  }
}

void main(process.argv.slice(2));
