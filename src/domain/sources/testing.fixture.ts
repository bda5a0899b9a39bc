import { readJson } from './json';
import type { SourceKind, SourceSettings, Translation } from './source-kind';

export const settings: SourceSettings = {
  name: 'test',
  kind: 'test',
  timeZone: 'UTC',
  legalEntity: 'Test Ltd',
  startsAt: null,
};

/** Reads and translates a message's text, as the fold does. */
export function translateText(kind: SourceKind, text: string, source = settings): Translation {
  return kind.translate(readJson(text), source);
}

/** The facts of a text that must translate. */
export function factsOf(kind: SourceKind, text: string | undefined, source = settings) {
  if (text === undefined) throw new Error('there is no such example');
  const translation = translateText(kind, text, source);
  if (!translation.ok) throw new Error(`${translation.path}: ${translation.reason}`);
  return translation.facts;
}

/** An example's text with one place of it replaced (`lines.0.quantity`); `undefined` removes it. `raw` is JSON text. */
export function altered(text: string | undefined, place: string, raw: string | undefined): string {
  if (text === undefined) throw new Error('there is no such example');
  const message: unknown = JSON.parse(text);
  const steps = place.split('.');
  const last = steps.pop() ?? '';
  let target = message as Record<string, unknown>;
  for (const step of steps) target = target[step] as Record<string, unknown>;
  if (raw === undefined) Reflect.deleteProperty(target, last);
  else target[last] = '@@';
  return JSON.stringify(message).replace('"@@"', () => raw ?? '');
}
