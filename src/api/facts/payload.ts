/** A message's bytes, as an answer can carry them. */
import { LosslessNumber } from 'lossless-json';
import { z } from 'zod';
import { readJson } from '../../domain/sources/json';

export const payload = z.object({
  encoding: z.enum(['json', 'text', 'base64']),
  payload: z
    .unknown()
    .describe(
      'json: the message, numbers beyond 15 digits as text; text: not JSON; base64: not UTF-8, or with a NUL.',
    ),
});

export type PayloadView = z.output<typeof payload>;

/** Read, where it is JSON: for people. */
export function readPayload(content: string | Buffer): PayloadView {
  if (typeof content !== 'string') return { encoding: 'base64', payload: content.toString('base64') };
  try {
    return { encoding: 'json', payload: withTextNumbers(readJson(content)) };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    return { encoding: 'text', payload: content };
  }
}

/** Byte for byte: for whoever proves something by it. */
export function exactPayload(content: string | Buffer): PayloadView {
  if (typeof content === 'string') return { encoding: 'text', payload: content };
  return { encoding: 'base64', payload: content.toString('base64') };
}

function withTextNumbers(value: unknown): unknown {
  if (value instanceof LosslessNumber) return value.value;
  if (Array.isArray(value)) return value.map(withTextNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withTextNumbers(each)]));
}
