/** Calls of every operation of docs/openapi.json: one of its parameters, headers or leaves of its body is nasty, the others are well. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { secrets } from '../site/site';
import type { Call } from '../site/door';
import { type Json, type Path, Raw, changed, write } from './json-text';
import { nastyTexts, nastyValues, unreadable } from './nasty';
import type { Random } from './random';
import { type Schema, placesOf, sampleOf } from './schema';

const ROOT = path.resolve(__dirname, '../..');

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Schema;
}

interface Operation {
  method: string;
  route: string;
  parameters: Parameter[];
  body: Schema | null;
}

/** Names that mean something to the service at this moment, by the parameters that take them. */
export type Known = Readonly<Record<string, readonly string[]>>;

/** Acts on what is found belong to whoever looks after it; one that a draft or a promotion answers would change what all is held against. */
const NEVER_KNOWN = /\/(promote|accept|acknowledge|assign|comment)$/;
const ACCEPT = [
  'text/csv',
  'application/x-ndjson',
  'application/json',
  '*/*',
  'text/html',
  'application/xml',
  'text/csv;q=0',
  'a/b;;;,,',
];
const TYPES = [
  'application/json',
  'application/x-ndjson',
  'text/csv',
  'text/plain',
  'application/json; charset=utf-16',
  'multipart/form-data',
  'x',
  '',
];
const HEADERS = [
  'accept',
  'content-type',
  'content-encoding',
  'authorization',
  'traceparent',
  'tracestate',
  'idempotency-key',
  'x-scend-signature',
  'if-none-match',
  'range',
  'accept-encoding',
  'origin',
  'x-forwarded-for',
  'accept-language',
  'cookie',
];
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const TOKENS = [secrets.ingest, secrets.reader, secrets.second, `${secrets.admin}x`, 'x'];

export interface Endpoints {
  draw(random: Random, known: Known): { label: string; call: Call };
}

export function endpoints(): Endpoints {
  const operations = operationsOf();
  const documents: Record<string, Schema> = { policy: document('policy'), mapping: document('mapping') };
  return {
    draw(random, known) {
      const operation = random.of(operations);
      const { route, parameters, body } = operation;
      const victim = random.below(parameters.length + (body ? 4 : 0) + 3);
      const headers: Record<string, string> = {};
      const query: string[] = [];
      let [place, { method }] = [route, operation];
      const label = [`${method} ${route}`];
      parameters.forEach((parameter, index) => {
        const nasty = index === victim;
        if (nasty) label.push(parameter.name);
        const text = nasty ? random.of(nastyTexts) : wellFormed(parameter, operation, known, random);
        if (text === null) return;
        if (parameter.in === 'path')
          place = place.replace(`{${parameter.name}}`, encoded(text, random, nasty));
        else if (parameter.in === 'query') query.push(`${parameter.name}=${encoded(text, random, nasty)}`);
        else headers[parameter.name.toLowerCase()] = asHeader(text);
      });
      if (random.below(4) === 0) headers.accept = random.of(ACCEPT);
      if (random.below(20) === 0) headers.authorization = `Bearer ${random.of(TOKENS)}`;
      let content: string | Buffer | undefined;
      if (body) {
        headers['content-type'] = random.below(8) === 0 ? random.of(TYPES) : 'application/json';
        content = bodyOf(operation, body, victim - parameters.length, random, documents, label);
      }
      const extra = victim - parameters.length - (body ? 4 : 0);
      if (extra === 0) {
        const name = random.of(HEADERS);
        headers[name] = asHeader(random.of(nastyTexts)).slice(0, 4_000);
        label.push(name);
      } else if (extra === 1) {
        query.push(
          `${random.of(['x', '__proto__', 'limit[]', 'limit', 'cursor', 'a%00', ''])}=${encoded(random.of(nastyTexts), random, true)}`,
        );
        label.push('query');
      } else if (extra === 2 && random.below(3) === 0) {
        method = random.of(METHODS);
        label.push(method);
      }
      const asked = query.length > 0 ? `?${query.join('&')}` : '';
      return {
        label: label.join(' '),
        call: {
          method,
          path: `${place}${asked}`,
          headers,
          ...(content === undefined ? {} : { body: content }),
        },
      };
    },
  };
}

function operationsOf(): Operation[] {
  interface Described {
    parameters?: Parameter[];
    requestBody?: { content: Record<string, { schema: Schema }> };
  }
  const { paths } = JSON.parse(readFileSync(path.join(ROOT, 'docs/openapi.json'), 'utf8')) as {
    paths: Record<string, Record<string, Described>>;
  };
  return Object.entries(paths).flatMap(([route, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      route,
      parameters,
      body: Object.values(requestBody?.content ?? {})[0]?.schema ?? null,
    })),
  );
}

function document(name: string): Schema {
  return JSON.parse(readFileSync(path.join(ROOT, `docs/schemas/${name}.json`), 'utf8')) as Schema;
}

/** Null: it is left out. */
function wellFormed(
  { name, in: where, schema }: Parameter,
  { method, route }: Operation,
  known: Known,
  random: Random,
): string | null {
  if (where !== 'path' && random.below(3) !== 0) return null;
  // Waiting for a position that does not come is tried by what is nasty.
  if (name === 'minPosition') return '0';
  const by = name === 'id' ? (route.split('/')[2] ?? '') : name;
  if (route === '/v1/sources/{source}' && method === 'PUT') return `fuzz-${random.below(20)}`;
  const names = NEVER_KNOWN.test(route) ? [] : (known[by] ?? []);
  if (names.length > 0 && random.below(10) !== 0) return random.of(names);
  const sample = schema.enum ? random.of(schema.enum) : sampleOf(schema);
  return typeof sample === 'string' ? sample : write(sample);
}

function encoded(text: string, random: Random, nasty: boolean): string {
  // Now and then as somebody writes it who has not heard of percent signs; Node itself sends no blanks and no control characters.
  if (nasty && random.below(6) === 0)
    return text
      .toWellFormed()
      .replace(/[^!-~]|[#?/&]/gu, (char) => (char.codePointAt(0) === 37 ? char : encodeURIComponent(char)));
  return encodeURIComponent(text.toWellFormed());
}

/** What HTTP lets stand in a header. */
function asHeader(text: string): string {
  return text.replace(/[^\t -~\u0080-\u00ff]/g, '?');
}

function bodyOf(
  { method, route }: Operation,
  schema: Schema,
  victim: number,
  random: Random,
  documents: Record<string, Schema>,
  label: string[],
): string | Buffer {
  let [value, places]: [Json, Path[]] = [sampleOf(schema), placesOf(schema)];
  const within = (name: string, at: Path, inner: Schema) => {
    value = changed(value, at, { kind: 'set', value: sampleOf(inner) });
    places = [...places, ...placesOf(inner).map((place) => [...at, ...place])];
    label.push(name);
  };
  const { policy, mapping } = documents;
  if (route === '/v1/policy' && policy) within('policy', ['policy'], policy);
  if (route === '/v1/mappings/{name}' && mapping?.properties) {
    const table = random.of(Object.values(mapping.properties));
    if (table.items) within('entries', ['entries', 0], table.items);
  }
  if (route === '/v1/sources/{source}' && method === 'PUT')
    value = {
      kind: random.of(['prima', 'scend', 'middleware']),
      timeZone: 'UTC',
      legalEntity: 'ACME',
      startsAt: null,
    };
  // Each that is taken builds a generation, so this one always brings something nasty.
  const spoiled = victim >= 0 && victim < 3 ? victim + 1 : route === '/v1/replays' ? 1 : 0;
  if (spoiled === 3) return random.of(unreadable);
  for (let times = 0; times < spoiled && places.length > 0; times++) {
    const at = random.of(places);
    label.push(at.join('.'));
    value = changed(
      value,
      at,
      random.below(8) === 0 ? { kind: 'absent' } : { kind: 'set', value: new Raw(random.of(nastyValues)) },
    );
  }
  return write(value);
}
