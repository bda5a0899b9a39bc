/** From the settings of a source to what reads its messages, or to everything that is wrong with them. */
import { compileExpression, type Expression } from '../../expressions/expression';
import { nativeKinds } from '../native-kinds';
import type { CustomMapping, CustomType } from './mapping';

export interface CompiledType {
  stream: string;
  key: Expression;
  revision: Expression | null;
  time: Expression;
  facts: Expression;
  /** Names of the expressions in what is said about them: `types.Invoice.facts`. */
  place: string;
}

export interface CompiledMapping {
  type: Expression;
  key: Expression;
  revision: Expression | null;
  time: Expression;
  types: ReadonlyMap<string, CompiledType>;
}

export interface MappingProblem {
  /** `types.Invoice.facts`. */
  place: string;
  reason: string;
}

export type MappingOutcome =
  { ok: true; compiled: CompiledMapping } | { ok: false; problems: MappingProblem[] };

/** Every expression is looked at, so that every problem is told at once. */
export function compileMapping(mapping: CustomMapping): MappingOutcome {
  const problems: MappingProblem[] = [];
  const expression = (place: string, text: string): Expression => {
    const outcome = compileExpression(text);
    if (outcome.ok) return outcome.expression;
    problems.push({ place, reason: `${outcome.reason}${at(text, outcome.position)}` });
    return NOTHING;
  };
  const optional = (place: string, text: string | null | undefined) =>
    text == null ? null : expression(place, text);

  const compiled = {
    type: expression('type', mapping.type),
    key: expression('key', mapping.key),
    revision: optional('revision', mapping.revision),
    time: expression('time', mapping.time),
    types: new Map<string, CompiledType>(),
  };
  for (const [name, type] of Object.entries(mapping.types)) {
    const place = `types.${name}`;
    const stream = type.stream ?? name;
    const problem = streamProblem(mapping, type, stream);
    if (problem !== null) problems.push({ place: `${place}.stream`, reason: problem });
    compiled.types.set(name, {
      stream,
      key: optional(`${place}.key`, type.key) ?? compiled.key,
      revision: optional(`${place}.revision`, type.revision) ?? compiled.revision,
      time: optional(`${place}.time`, type.time) ?? compiled.time,
      facts: expression(`${place}.facts`, type.facts),
      place,
    });
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, compiled };
}

const NOTHING: Expression = { run: () => undefined };

/** `(line 2, character 7)`, as an editor counts. */
function at(text: string, position: number | null): string {
  if (position === null) return '';
  const lines = text.slice(0, Math.max(0, position - 1)).split('\n');
  const character = (lines.at(-1)?.length ?? 0) + 1;
  return text.includes('\n')
    ? ` (line ${lines.length}, character ${character})`
    : ` (character ${character})`;
}

/** Who plays a part has the feeds of that part: a detector would wait for ever for one that is spelled another way. */
function streamProblem({ plays }: CustomMapping, type: CustomType, stream: string): string | null {
  const part = nativeKinds.find(({ kind }) => kind === plays);
  if (!part) return null;
  const streams = new Set(part.messages.map((message) => part.streamOf(message.type)));
  if (streams.has(stream)) return null;
  const said = type.stream === undefined ? `is missing: ${stream}` : stream;
  return `${said} is no stream of ${part.kind}, whose part this source plays; its streams are ${[...streams].join(', ')}`;
}
