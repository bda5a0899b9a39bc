import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Document, LineCounter, isNode, parse, parseDocument } from 'yaml';
import { z } from 'zod';
import { ConfigError, problemsOf } from './config-error';
import { errorCode } from './database/errors';
import { alertsSchema } from './config-alerts';
import { kafkaSchema } from './config-kafka';
import { type ConfigChecks, held, unchecked } from './config-checks';
import { type Environment, name, oneOf, secret, sha256, unknownField } from './config-values';

export const keyRoles = ['reader', 'ingest', 'operator', 'admin'] as const;

const timeZone = z
  .string({ error: 'an IANA time zone is required, such as Europe/London' })
  .refine(isTimeZone, 'is no IANA time zone; write it as Europe/London or UTC');

const instant = z.iso
  .datetime({ offset: true, error: 'must be a time with its offset, such as 2026-11-01T00:00:00Z' })
  .transform((text) => Date.parse(text));

/** A part of the configuration that is a file of its own: its content, YAML or JSON, for the name of it. */
function fileOrContent(folder: string) {
  return z.unknown().transform((value, context) => {
    if (typeof value !== 'string') return value;
    try {
      return parse(readFileSync(path.resolve(folder, value), 'utf8')) as unknown;
    } catch (error) {
      // What the parser says quotes the file; where it stopped is enough.
      const reason = errorCode(error) ?? 'it is neither YAML nor JSON';
      context.addIssue({ code: 'custom', message: `the file that it names cannot be read (${reason})` });
      return z.NEVER;
    }
  });
}

function fileSchema(env: Environment, folder: string, checks: ConfigChecks) {
  const source = z
    .strictObject(
      {
        name,
        kind: z
          .string({ error: 'a kind is required, such as prima or scend' })
          .min(1)
          .superRefine(held(checks.kind)),
        timeZone,
        legalEntity: z.string({ error: 'the legal entity whose books these are is required' }).min(1),
        /** Epoch milliseconds; nothing before it is missing. Null: the earliest fact received. */
        startsAt: instant.nullable().default(null),
        secrets: z
          .strictObject({ webhook: secret(env).nullable().default(null) }, { error: unknownField })
          .default({ webhook: null }),
        /** Silence for longer than this opens feed-stale. Null: what the policy says. */
        expectedIntervalSeconds: z.int().min(1).max(34_560_000).nullable().default(null),
        /** Of a custom source, or the name of the file that holds it. */
        mapping: fileOrContent(folder).superRefine(held(checks.mapping)).optional(),
      },
      { error: unknownField },
    )
    .superRefine(held(checks.source));
  const key = z.strictObject(
    {
      name,
      role: oneOf(keyRoles),
      /** Of the bearer token, so that neither the file nor the environment holds what opens the door. */
      sha256: sha256(env),
      /** Epoch milliseconds from which it opens nothing; never, where it is not said. */
      expiresAt: instant.optional(),
      /** Names of the sources the key may use. Null: all. */
      sources: z.array(name).min(1).nullable().default(null),
    },
    { error: unknownField },
  );
  return z.strictObject(
    {
      sources: z.array(source).max(1_000).default([]).superRefine(uniqueNames),
      keys: z.array(key).max(1_000).default([]).superRefine(uniqueNames),
      alerts: alertsSchema(env, timeZone, checks).prefault({}),
      kafka: kafkaSchema(env, folder).prefault({}),
      /** As it is written. Which sources there are is known later. */
      policy: z.unknown().superRefine(held(checks.policy)).optional(),
    },
    { error: unknownField },
  );
}

export type ConfigFile = z.output<ReturnType<typeof fileSchema>>;
export type KeyConfig = ConfigFile['keys'][number];

/**
 * Reads a YAML or JSON configuration file. Throws ConfigError naming every place that is wrong.
 * @param file undefined where there is none: then no sources and no keys
 */
export function readConfigFile(file: string | undefined, env: Environment, checks = unchecked): ConfigFile {
  const schema = fileSchema(env, file === undefined ? '' : path.dirname(file), checks);
  if (file === undefined) return schema.parse({});
  const place = path.basename(file);
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { prettyErrors: false, lineCounter: lines });
  const { errors } = document;
  if (errors.length > 0)
    throw new ConfigError(errors.map((error) => `${place}: ${at(error.pos[0], file)}${error.message}`));
  // An empty file is an empty configuration, not a wrong one.
  const result = schema.safeParse(document.toJS() ?? {});
  if (!result.success)
    throw new ConfigError(problemsOf(result.error, place, (at) => lineOf(document, lines, at)));
  return result.data;
}

/** Of what is wrong, or of the nearest thing around it that is in the file. */
function lineOf(document: Document, lines: LineCounter, at: readonly PropertyKey[]): number | null {
  for (let length = at.length; length > 0; length--) {
    const node = document.getIn(at.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return null;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError([
      `${file}: cannot be read (${errorCode(error) ?? String(error)}); TALLYSTICK_CONFIG names the configuration file`,
    ]);
  }
}

function at(offset: number, file: string): string {
  const before = readText(file).slice(0, offset).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: `;
}

function uniqueNames(items: { name: string }[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  items.forEach((item, index) => {
    if (seen.has(item.name)) {
      context.addIssue({
        code: 'custom',
        path: [index, 'name'],
        message: 'is used twice; give each its own',
      });
    }
    seen.add(item.name);
  });
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
