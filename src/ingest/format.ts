import { ApiError } from '../platform/http/errors';
import { type IngestLimits, limitVariables } from './limits';
import { JsonSplitter } from './split/json';
import { NdjsonSplitter } from './split/ndjson';
import type { Splitter } from './split/piece';

/** How a body holds its messages. */
export interface Format {
  name: 'json' | 'ndjson';
  /** Longest body, and the variable that raises it. */
  maxBytes(limits: IngestLimits): number;
  variable: string;
  /** What a refusal of a long body advises. */
  advice: string;
  splitter(limits: IngestLimits): Splitter;
}

const json: Format = {
  name: 'json',
  maxBytes: (limits) => limits.jsonBytes,
  variable: limitVariables.jsonBytes,
  advice: 'send it as application/x-ndjson, which may be longer',
  splitter: (limits) => new JsonSplitter(limits),
};

const ndjson: Format = {
  name: 'ndjson',
  maxBytes: (limits) => limits.ndjsonBytes,
  variable: limitVariables.ndjsonBytes,
  advice: 'send it in parts, or import it as a file with the command line',
  splitter: (limits) => new NdjsonSplitter(limits),
};

const formats = new Map([
  ['application/json', json],
  ['application/x-ndjson', ndjson],
  ['application/ndjson', ndjson],
  ['application/jsonl', ndjson],
]);

/** The format of a content type. Throws ApiError 415 with what is accepted. */
export function formatOf(contentType: string | undefined): Format {
  const [type = '', ...parameters] = (contentType ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  if (type === 'text/csv') {
    throw unsupported('No configured source takes reports as CSV yet.');
  }
  const format = formats.get(type);
  if (!format) {
    throw unsupported(
      type === '' ? 'The header Content-Type is missing.' : `${type.slice(0, 100)} is not accepted.`,
    );
  }
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '');
  if (charset !== undefined && !['utf-8', 'utf8', 'us-ascii'].includes(charset)) {
    throw unsupported(`JSON is UTF-8; the charset ${charset.slice(0, 40)} is not accepted.`);
  }
  return format;
}

function unsupported(reason: string): ApiError {
  const detail = `${reason} Send application/json (one message or an array) or application/x-ndjson (one a line).`;
  return new ApiError(415, 'content-type-unsupported', 'The content type is not supported', detail, {
    members: { accepted: ['application/json', 'application/x-ndjson'] },
  });
}
