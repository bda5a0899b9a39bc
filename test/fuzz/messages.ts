/** Messages of a kind: its examples, told of many orders, with every leaf of its schema made every nasty value. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { middlewareExamples, primaExamples, scendExamples } from '../../src/domain/sources/examples';
import type { Stranger } from '../site/site';
import { type Change, type Json, type Path, Raw, changed, write } from './json-text';
import { nastyValues } from './nasty';
import { Random } from './random';
import { type Schema, placesOf } from './schema';

const ROOT = path.resolve(__dirname, '../..');
/** Examples name one order; these are the parts that are another of another order. */
const NAMES =
  /\b(SO1009\d\d|SC-1009\d\d|IF0004711|INV000900|CN000310|RF0042|R-1|RS9|SJ55|SCD-889|RB715114139GB|W-55|T-9|PO-5|J-7|C00001|CUST-1|563843898|BAG[ -]101\d\d|KIT-1|BODY-1|STRAP-1|SAL-ORD-2026-00901|MAT-DN-2026-04711|ACC-SINV-2026-00900|4t0k2v9d1s)\b/g;
const EVENT = /^(evt|m)-\d+$/;

interface Template {
  source: Stranger;
  type: string;
  example: Json;
  places: readonly Path[];
}

export interface Message {
  source: Stranger;
  /** What was made of which example, for a reader. */
  label: string;
  text: string;
}

export interface Messages {
  /** How many there are of one leaf and one value each. */
  size: number;
  /** The one at a place of that list; beyond it, and now and then, several leaves at once. */
  draw(index: number, random: Random): Message;
}

/** `stories`: among how many orders and items the messages are spread. */
export function messages(stories: number): Messages {
  const single = templates().flatMap((template) =>
    template.places.flatMap((place) => changes.map((change) => ({ template, place, change }))),
  );
  return {
    size: single.length,
    draw(index, random) {
      const { template, place, change } = single[index] ?? random.of(single);
      const { source, type } = template;
      const story = random.below(stories);
      let value = told(template.example, story, random);
      const label = [`${source} ${type}`];
      const apply = (at: Path, what: Change) => {
        value = changed(value, at, what);
        label.push(
          `${at.join('.')} ${what.kind} ${what.kind === 'absent' ? '' : write(what.value).slice(0, 60)}`,
        );
      };
      apply(place, change);
      while (random.below(4) === 0) apply(random.of(template.places), random.of(changes));
      return { source, label: label.join('; '), text: write(value) };
    },
  };
}

/** Every leaf whose path ends so is each of these values, in a message of an order of its own. */
export function everyLeaf(values: readonly string[], named = /$/): Message[] {
  let story = 0;
  const random = new Random(1);
  return templates().flatMap(({ source, type, example, places }) =>
    places
      .filter((place) => named.test(place.join('.')))
      .flatMap((place) =>
        values.map((value) => {
          const own = told(example, ++story, random);
          const text = write(changed(own, place, { kind: 'set', value: new Raw(value) }));
          return { source, label: `${source} ${type} ${place.join('.')} ${value.slice(0, 40)}`, text };
        }),
      ),
  );
}

const changes: readonly Change[] = [
  { kind: 'absent' },
  { kind: 'twice', value: 'other' },
  { kind: 'twice', value: null },
  ...nastyValues.map((text): Change => ({ kind: 'set', value: new Raw(text) })),
];

function templates(): Template[] {
  return [
    ...native('prima', primaExamples),
    ...native('scend', scendExamples),
    ...native('middleware', middlewareExamples),
    ...custom(),
  ];
}

function native(source: Stranger, examples: Readonly<Record<string, string>>): Template[] {
  const schema = JSON.parse(readFileSync(path.join(ROOT, `docs/schemas/${source}.json`), 'utf8')) as Schema;
  return Object.entries(schema.$defs ?? {}).map(([type, definition]) => {
    const example = examples[type];
    if (example === undefined) throw new Error(`${source} has no example of ${type}`);
    return {
      source,
      type,
      example: JSON.parse(example) as Json,
      places: [...placesOf(definition, schema), ['unknown']],
    };
  });
}

function custom(): Template[] {
  const folder = path.join(ROOT, 'examples/custom-erp/messages');
  return readdirSync(folder).map((file) => {
    const example = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Json;
    return { source: 'erp', type: file, example, places: pathsOf(example) };
  });
}

function pathsOf(value: Json, at: Path = []): Path[] {
  const own = at.length === 0 ? [] : [at];
  if (Array.isArray(value)) return [...own, ...(value[0] === undefined ? [] : pathsOf(value[0], [...at, 0]))];
  if (typeof value !== 'object' || value === null || value instanceof Raw) return own;
  return [...own, ...Object.entries(value).flatMap(([name, member]) => pathsOf(member, [...at, name]))];
}

/** The example as another order tells it, in one of its versions. */
function told(value: Json, story: number, random: Random): Json {
  if (typeof value === 'string') {
    if (EVENT.test(value)) return `${value}-${random.below(1e9)}`;
    return value.replace(NAMES, (name) => `${name}-${story}`);
  }
  if (Array.isArray(value)) return value.map((item) => told(item, story, random));
  if (typeof value !== 'object' || value === null || value instanceof Raw) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === 'version' ? 1 + random.below(4) : told(member, story, random),
    ]),
  );
}
