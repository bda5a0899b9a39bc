/** What no answer may be, whatever was asked. */
import type { Answer, Call } from '../site/door';
import { secrets } from '../site/site';

const CODE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const HIDDEN = [...Object.values(secrets), 'postgresql://'];

/** What is wrong with it, or null. */
export function faultOf(
  { method, headers: sent = {} }: Call,
  { status, headers, text }: Answer,
): string | null {
  const told = `${text}\n${JSON.stringify(headers)}`;
  // Somebody who sends a secret may see it again; nobody else.
  const own = JSON.stringify(sent);
  const secret = HIDDEN.find((each) => told.includes(each) && !own.includes(each));
  if (secret !== undefined) return `the answer tells a secret: ${secret.slice(0, 6)}…`;
  if (status === 503)
    return headers['retry-after'] === undefined
      ? '503 without Retry-After'
      : problemFault(status, headers, text, method);
  if (status >= 500) return `status ${status}`;
  if (status >= 400) return problemFault(status, headers, text, method);
  if (status < 200 || status >= 300) return `status ${status}`;
  return bodyFault(headers['content-type'] ?? '', text, method);
}

function problemFault(
  status: number,
  headers: Answer['headers'],
  text: string,
  method: string,
): string | null {
  if (method === 'HEAD') return null;
  if (!headers['content-type']?.startsWith('application/problem+json')) return `${status} is no problem+json`;
  const problem = parsed(text);
  if (typeof problem !== 'object' || problem === null) return `${status}: the problem is no JSON`;
  const { code, status: told, title, detail, type } = problem as Record<string, unknown>;
  if (typeof code !== 'string' || !CODE.test(code)) return `${status} without a stable code`;
  if (told !== status) return `${status} says that it is ${JSON.stringify(told)}`;
  if (typeof title !== 'string' || typeof detail !== 'string' || type !== `urn:tallystick:problem:${code}`)
    return `${status} lacks a title, a detail or a type`;
  return null;
}

function bodyFault(type: string, text: string, method: string): string | null {
  if (method === 'HEAD' || text === '') return null;
  if (type.startsWith('application/json') && parsed(text) === undefined) return 'the answer is no JSON';
  if (type.startsWith('application/x-ndjson')) {
    const lines = text.split('\n').filter((line) => line !== '');
    if (lines.some((line) => parsed(line) === undefined)) return 'a line of the answer is no JSON';
  }
  if (!text.isWellFormed()) return 'the answer is no well-formed text';
  return null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
