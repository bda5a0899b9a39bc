import { ApiError, badRequest, unavailable } from '../platform/http/errors';
import type { Format } from './format';
import { type IngestLimits, limitVariables } from './limits';
import type { InputCode, InputError } from './split/input-error';

const titles: Record<InputCode, string> = {
  'body-empty': 'The body is empty',
  'json-invalid': 'The body is not JSON',
  'json-too-deep': 'A message is nested too deeply',
  'utf8-invalid': 'The body is not UTF-8',
  'message-not-object': 'A message is not a JSON object',
  'message-too-large': 'A message is too large',
  'too-many-messages': 'The body holds too many messages',
};

/** What does not fit a bound, and the variable that raises it. */
const raisedBy: Partial<Record<InputCode, string>> = {
  'json-too-deep': limitVariables.depth,
  'message-too-large': limitVariables.messageBytes,
  'too-many-messages': limitVariables.messages,
};

/** A body that cannot be split, told with its place. Nothing of it was recorded. */
export function unreadable(error: InputError): ApiError {
  const { code, place, element } = error;
  const status = code === 'message-too-large' || code === 'too-many-messages' ? 413 : 400;
  const variable = raisedBy[code];
  const raise = variable === undefined ? '' : ` ${variable} raises the limit.`;
  const detail = `${capital(error.message)}. Nothing of this request was recorded.${raise}`;
  const members = element === null ? { ...place } : { ...place, element };
  return new ApiError(status, code, titles[code], detail, { members, cause: error });
}

export function bodyTooLarge(format: Format, limit: number): ApiError {
  const detail =
    `A body of this type may have ${limit} bytes, decompressed. Nothing of this request was recorded. ` +
    `To go beyond that, ${format.advice}, or raise ${format.variable}.`;
  return new ApiError(413, 'body-too-large', 'The body is too large', detail, { members: { limit } });
}

export function compressionTooHigh({
  compressionRatio: ratio,
  unratedBytes,
}: Pick<IngestLimits, 'compressionRatio' | 'unratedBytes'>): ApiError {
  const detail =
    `Decompressed, a body of more than ${unratedBytes} bytes may have ${ratio} times the bytes that were sent, and this one has ` +
    `more. Nothing of this request was recorded. Send it uncompressed, or raise ${limitVariables.compressionRatio}.`;
  return new ApiError(413, 'body-too-large', 'The body is too large', detail, { members: { ratio } });
}

export function webhookTooLarge(limit: number): ApiError {
  const detail = `A webhook may have ${limit} bytes. ${limitVariables.messageBytes} raises the limit.`;
  return new ApiError(413, 'body-too-large', 'The body is too large', detail, { members: { limit } });
}

export function encodingUnsupported(encoding: string): ApiError {
  const detail = `The Content-Encoding ${encoding.slice(0, 40)} is not accepted here; gzip or none is.`;
  return new ApiError(415, 'encoding-unsupported', 'The content encoding is not supported', detail, {
    members: { accepted: ['gzip', 'identity'] },
  });
}

export function encodingInvalid(cause: unknown): ApiError {
  const detail =
    'The body is not the gzip that its Content-Encoding promises. Nothing of this request was recorded.';
  return badRequest('encoding-invalid', 'The body cannot be decompressed', detail, { cause });
}

/** Only for the log: nobody is there any more to read it. */
export function bodyIncomplete(cause: unknown): ApiError {
  const detail = 'The connection ended before the body was whole. Nothing of this request was recorded.';
  return badRequest('body-incomplete', 'The body is not whole', detail, { cause });
}

export function bodyTimeout(idleMs: number): ApiError {
  const detail = `Nothing of the body came for ${idleMs / 1000} s. Nothing of this request was recorded.`;
  return new ApiError(408, 'body-timeout', 'The body took too long', detail, {
    headers: { connection: 'close' },
  });
}

export function diskFull(cause: unknown): ApiError {
  const detail =
    'A long body waits on disk until it is whole, and the disk is full. Nothing of this request was recorded.';
  return unavailable('disk-full', 'There is no room for the body', detail, 60, cause);
}

/** @param known names of the sources that there are */
export function sourceUnknown(name: string, known: readonly string[]): ApiError {
  const shown = JSON.stringify(name.slice(0, 100));
  const listed = known.length === 0 ? ' No source is configured.' : ` Known: ${known.join(', ')}.`;
  return new ApiError(
    404,
    'source-unknown',
    'The source is not known',
    `There is no source ${shown}.${listed}`,
    {
      members: { known },
    },
  );
}

/** The same for whatever is wrong: who has not proved himself learns neither which sources there are nor how they sign. */
export function webhookRefused(): ApiError {
  const detail =
    'There is no such source, it takes no webhooks, or its signature is another one. The log of the service says which.';
  return new ApiError(401, 'signature-invalid', 'The signature is not accepted', detail);
}

export function signatureRefused(code: string, reason: string): ApiError {
  return new ApiError(401, code, 'The signature is not accepted', `${capital(reason)}.`);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
