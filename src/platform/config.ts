import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ConfigError, problemsOf } from './config-error';
import { hasPlaceholder, placeholderSecret } from './config-placeholders';
import { slackChannel } from './config-alerts';
import { type ConfigFile, readConfigFile } from './config-file';
import { type ConfigChecks, unchecked } from './config-checks';
import { type Environment, oneOf } from './config-values';
import { nearest } from './nearest';
import { Secret } from './secret';

export { ConfigError } from './config-error';
export type { KeyConfig } from './config-file';
export { Secret } from './secret';

/** What a replica does. One projector at a time is seen to by a lease, not by this. */
export const roles = ['api', 'ingest', 'projector', 'reactions'] as const;
export type Role = (typeof roles)[number];

/** What is found is told: who folds alerts, too. `reactions` alone is a replica that only sends. */
const has = (said: string, role: Role) => said === role || (said === 'projector' && role === 'reactions');

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Where the configuration file is looked for when TALLYSTICK_CONFIG does not say. */
const usualFiles = ['tallystick.yaml', 'tallystick.yml', 'tallystick.json'];

const text = z.string().min(1);
const secretUrl = (protocols: RegExp, example: string) =>
  z
    .url({ protocol: protocols, error: `must be a URL such as ${example}` })
    .refine((url) => !hasPlaceholder(url), `its password ${placeholderSecret}`)
    .transform((url) => new Secret(url))
    .nullable()
    .default(null);

const environmentSchema = z.object({
  HOST: text.default('127.0.0.1'),
  PORT: z
    .string()
    .regex(/^\d+$/, 'must be a port number from 0 (any free one) to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'must be a port number from 0 (any free one) to 65535')
    .default(7420),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as https://tallystick.example.com' })
    .refine((url) => isBare(url), 'must have neither an account, a query nor a fragment')
    .transform((url) => url.replace(/\/+$/, ''))
    .nullable()
    .default(null),
  TALLYSTICK_DATA_DIR: text.default('.tallystick'),
  TALLYSTICK_CONFIG: text.optional(),
  // What follows a # is no part of an address: a password would be cut there, and its beginning taken for a port.
  DATABASE_URL: secretUrl(/^postgres(ql)?$/, 'postgres://user:password@host:5432/database').refine(
    (url) => !url?.reveal().includes('#'),
    'must have no #; write %23 where a password has one',
  ),
  LEDGER_URL: secretUrl(/^(esdb|kurrentdb)(\+discover)?$/, 'esdb://host:2113'),
  KAFKA_BROKERS: text
    .transform((list) => list.split(',').map((broker) => broker.trim()))
    .pipe(z.array(text.regex(/^[^\s@/]+:\d+$/, 'must be host:port, several divided by commas')))
    .default([]),
  SLACK_WEBHOOK_URL: secretUrl(/^https?$/, 'https://hooks.slack.com/services/…'),
  SLACK_BOT_TOKEN: text
    .transform((token) => new Secret(token))
    .nullable()
    .default(null),
  SLACK_CHANNEL: slackChannel.nullable().default(null),
  SLACK_API_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as https://slack.com/api' })
    .transform((url) => url.replace(/\/+$/, ''))
    .default('https://slack.com/api'),
  ROLE: text
    .transform((list) => list.split(',').map((role) => role.trim()))
    .pipe(z.array(oneOf(['all', ...roles], `must be all, or some of ${roles.join(', ')}, divided by commas`)))
    .transform((list): Role[] =>
      roles.filter((role) => list.includes('all') || list.some((said) => has(said, role))),
    )
    .default([...roles]),
  /** What the ledger allows; see `LedgerClockAhead`. */
  TALLYSTICK_CLOCK_AHEAD_SECONDS: z
    .string()
    .regex(/^[1-9]\d{0,5}$/, 'must be a whole number of seconds from 1 to 999999')
    .transform(Number)
    .default(300),
  LOG_LEVEL: oneOf(logLevels).default('info'),
});

/** Paths are appended to it, and whoever reads an alert sees it. */
function isBare(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { username, password } = new URL(url);
  return username === '' && password === '' && !/[?#]/.test(url);
}

export interface Config extends DeepReadonly<ConfigFile> {
  host: string;
  port: number;
  /** Where people and other systems find the service, without a `/` at its end; null: where it listens. */
  publicUrl: string | null;
  /** Absolute path. */
  dataDir: string;
  /** Absolute path of the configuration file; null where there is none. */
  configFile: string | null;
  /** Null: the embedded database in `dataDir`. */
  databaseUrl: Secret | null;
  /** Null: the ledger lives in the database. */
  ledgerUrl: Secret | null;
  kafkaBrokers: readonly string[];
  slack: Readonly<{
    webhookUrl: Secret | null;
    botToken: Secret | null;
    channel: string | null;
    apiUrl: string;
  }>;
  /** By how much the database's clock may be ahead of this process's. */
  clockAheadSeconds: number;
  roles: readonly Role[];
  logLevel: (typeof logLevels)[number];
}

type DeepReadonly<T> = T extends Secret
  ? T
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** Reads the environment and the configuration file into a frozen value. Throws ConfigError naming every place that is wrong. */
export function loadConfig(
  env: Environment = process.env,
  cwd = process.cwd(),
  checks: ConfigChecks = unchecked,
): Config {
  // An empty variable is how a shell or a compose file says "not set".
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  const file = configFileOf(given, cwd);
  const others = checks.environment(given);
  if (!parsed.success || others.length > 0) {
    const own = parsed.success ? [] : problemsOf(parsed.error, 'environment');
    throw new ConfigError([...own, ...others, ...problemsIn(file, given, checks)]);
  }
  const { data } = parsed;
  const config: Config = {
    ...readConfigFile(file, given, checks),
    host: data.HOST,
    port: data.PORT,
    publicUrl: data.PUBLIC_URL,
    dataDir: path.resolve(cwd, data.TALLYSTICK_DATA_DIR),
    configFile: file ?? null,
    databaseUrl: data.DATABASE_URL,
    ledgerUrl: data.LEDGER_URL,
    kafkaBrokers: data.KAFKA_BROKERS,
    slack: {
      webhookUrl: data.SLACK_WEBHOOK_URL,
      botToken: data.SLACK_BOT_TOKEN,
      channel: data.SLACK_CHANNEL,
      apiUrl: data.SLACK_API_URL,
    },
    clockAheadSeconds: data.TALLYSTICK_CLOCK_AHEAD_SECONDS,
    roles: data.ROLE,
    logLevel: data.LOG_LEVEL,
  };
  const problems = slackProblems(config);
  if (!isLoopback(config.host) && config.keys.length === 0) {
    problems.push(
      `environment: HOST: ${config.host} is reachable from other machines, but no keys are configured; ` +
        'add keys to the configuration file, or listen on 127.0.0.1',
    );
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return deepFreeze(config);
}

function configFileOf(env: Environment, cwd: string): string | undefined {
  if (env['TALLYSTICK_CONFIG']) return path.resolve(cwd, env['TALLYSTICK_CONFIG']);
  return usualFiles.map((usual) => path.join(cwd, usual)).find((usual) => existsSync(usual));
}

/** What is wrong with the file is told together with what is wrong with the environment. */
function problemsIn(file: string | undefined, env: Environment, checks: ConfigChecks): string[] {
  try {
    readConfigFile(file, env, checks);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

function slackProblems({ slack: { webhookUrl, botToken, channel }, alerts }: Config): string[] {
  const problems: string[] = [];
  if (webhookUrl && botToken)
    problems.push('environment: SLACK_BOT_TOKEN and SLACK_WEBHOOK_URL: either is enough; set one of them');
  if (botToken && channel === null)
    problems.push(
      'environment: SLACK_CHANNEL: is needed with SLACK_BOT_TOKEN: the id of a channel, such as C0123456789',
    );
  if (!botToken && alerts.routes.some((route) => route.channel !== null))
    problems.push('alerts: routes: a webhook has one channel; routes to others need SLACK_BOT_TOKEN');
  return problems;
}

const PREFIX = 'TALLYSTICK_';

/**
 * What begins as our variables do and is none of them, nor named by the configuration file. It is told and not refused, since an
 * environment may be shared with other programs.
 */
export function unknownVariables(env: Environment, cwd: string, others: readonly string[]): string[] {
  const file = configFileOf(env, cwd);
  const text = file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : '';
  const known = [...Object.keys(environmentSchema.shape), ...others].filter((name) =>
    name.startsWith(PREFIX),
  );
  const after = known.map((name) => name.slice(PREFIX.length));
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name) && !text.includes(name))
    .sort()
    .map((name) => {
      const near = nearest(name.slice(PREFIX.length), after);
      return `environment: ${name} is nothing that Tallystick reads${near === null ? '' : `; did you mean ${PREFIX}${near}?`}`;
    });
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
