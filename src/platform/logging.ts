import pino, { type DestinationStream, type Logger } from 'pino';
import { visibleLines, withoutPasswords } from './shown';

export type Log = Logger;

/** Paths whose values are secrets wherever a request, a source or a connection is logged. */
const redacted = [
  'authorization',
  'password',
  'secret',
  'secrets',
  'token',
  'databaseUrl',
  'webhookUrl',
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

const redactedHeaders = ['authorization', 'cookie', 'x-scend-signature', 'webhook-signature'].flatMap(
  (name) => [`headers["${name}"]`, `req.headers["${name}"]`, `request.headers["${name}"]`],
);

/**
 * A logger that writes one JSON object a line to standard error, so that standard output stays free for results.
 * Times are RFC 3339 UTC, levels are words, an error is logged as `err`.
 * @param destination where lines go, for tests and for files
 */
export function createLogger(level = 'info', destination?: DestinationStream): Log {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorFields },
      // Lines are read on terminals, and errors of drivers quote addresses.
      hooks: { streamWrite: (line) => withoutPasswords(visibleLines(line)) },
      redact: { paths: [...redacted, ...redactedHeaders], censor: '[secret]' },
    },
    destination ?? pino.destination({ dest: 2, sync: false }),
  );
}

/** What an error says, and not what hangs on it: a driver's errors carry their whole connection. */
function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  return { name, message, code, stack, cause: cause === undefined ? undefined : errorFields(cause) };
}
