/** Which of a list's three forms the caller prefers. */
import { own } from '../../domain/own';

export type ListFormat = 'json' | 'csv' | 'ndjson';

const FORMATS: Record<string, ListFormat> = {
  'application/json': 'json',
  'application/*': 'json',
  '*/*': 'json',
  'text/csv': 'csv',
  'text/*': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
};

/** By RFC 9110: the highest quality wins, the first of equals. What asks for none of the three gets JSON. */
export function preferredFormat(accept: string | undefined): ListFormat {
  let best: { format: ListFormat; quality: number } = { format: 'json', quality: 0 };
  for (const range of (accept ?? '').slice(0, 1000).split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const format = own(FORMATS, type);
    if (!format) continue;
    const quality = qualityOf(parameters);
    if (quality > best.quality) best = { format, quality };
  }
  return best.format;
}

function qualityOf(parameters: readonly string[]): number {
  const text = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  if (text === undefined) return 1;
  return /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(text) ? Number(text) : 0;
}
