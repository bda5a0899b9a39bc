/** Whether DATABASE_URL leads to a PostgreSQL that can be used, asked once at the start and told in words. */
import { Client } from 'pg';
import { ConfigError } from '../config-error';
import { poolSettings } from '../pools';
import { errorCode } from './errors';
import { keepsSessions } from './session';

const CONNECT_MS = 10_000;
/** Any that differs from what servers are set to. */
const PROBE_TIMEOUT_MS = 29_999;

/** Throws ConfigError: what is wrong, and what to do about it. The password is in none of its sentences. */
export async function checkDatabase(url: string): Promise<void> {
  const client = clientFor(url);
  const place = `${client.host}:${client.port}`;
  try {
    await client.connect();
    const { rows } = await client.query<{ timeout: string; plans: string }>(
      `SELECT current_setting('statement_timeout') AS timeout, current_setting('plan_cache_mode') AS plans`,
    );
    const [settings] = rows;
    if (settings?.timeout !== `${PROBE_TIMEOUT_MS}ms` || settings.plans !== 'force_custom_plan')
      throw pooled(place, 'drops the settings that a connection begins with');
    if (!(await keepsSessions(client, () => clientFor(url))))
      throw pooled(place, 'gives one connection to several clients by turns (transaction pooling)');
  } catch (error) {
    throw error instanceof ConfigError ? error : inWords(error, client, place);
  } finally {
    // One that was never connected, or was lost, has nothing to end.
    await client.end().catch(() => undefined);
  }
}

function clientFor(url: string): Client {
  const client = new Client({
    ...poolSettings({ url, name: 'check', statementTimeoutMs: PROBE_TIMEOUT_MS }),
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CONNECT_MS,
  });
  // Without a listener, the loss of the connection ends the process.
  client.on('error', () => undefined);
  return client;
}

function inWords(error: unknown, { user = '', database = '' }: Client, place: string): Error {
  const first = error instanceof AggregateError ? (error.errors as unknown[])[0] : error;
  const code = errorCode(first) ?? '';
  const said = first instanceof Error ? first.message : '';
  if (/startup parameter/.test(said))
    return pooled(place, 'refuses the settings that a connection begins with');
  const known = new Map(
    Object.entries({
      ECONNREFUSED: `nothing listens at ${place}; start PostgreSQL there, or correct the address`,
      ECONNRESET: `what listens at ${place} broke the connection off; is it PostgreSQL?`,
      EHOSTUNREACH: `${place} cannot be reached; correct the address, or open the way to it`,
      ENETUNREACH: `${place} cannot be reached; correct the address, or open the way to it`,
      ETIMEDOUT: `${place} does not answer; correct the address, or open the way to it`,
      ENOTFOUND: `the host of ${place} is not known; correct its name`,
      EAI_AGAIN: `the host of ${place} cannot be looked up; correct its name, or mend the name service`,
      '28P01': `the server at ${place} refuses the password of user ${user}`,
      '28000': `the server at ${place} refuses user ${user} (${said})`,
      '3D000': `there is no database ${database} at ${place}; create it (createdb ${database}), or name one that is there`,
      '42501': `user ${user} may not use the database ${database} at ${place} (${said})`,
      '53300': `the server at ${place} has no connection free; raise its max_connections`,
      '57P03': `the server at ${place} is starting or stopping; start again when it answers`,
    }),
  );
  const sentence = known.get(code);
  if (sentence !== undefined) return wrong(sentence);
  if (/timeout/i.test(said))
    return wrong(`${place} does not answer within ${CONNECT_MS / 1000} s; is it PostgreSQL?`);
  if (/SASL|password must be/.test(said))
    return wrong(`the server at ${place} asks user ${user} for a password; write it into the URL`);
  if (/terminated|closed/i.test(said))
    return wrong(`what listens at ${place} broke the connection off; is it PostgreSQL?`);
  return wrong(`the server at ${place} cannot be used: ${said}`);
}

function pooled(place: string, what: string): ConfigError {
  return wrong(
    `a connection pooler at ${place} ${what}, but locks, LISTEN and settings of a session must last; ` +
      'give the address of PostgreSQL itself, or of a pooler in session mode that passes on statement_timeout and plan_cache_mode',
  );
}

function wrong(what: string): ConfigError {
  return new ConfigError([`environment: DATABASE_URL: ${what}`]);
}
