/**
 * JSONata as a mapping may use it: synchronous, exact, without clock or chance, and bounded (`limits.ts`). Why this library and
 * how it is held is told in docs/adr/0020.
 */
import { type Complaint, complaintAbout } from './check';
import { type Compiled, isEngineError, options, parse } from './engine';
import { ExpressionError } from './error';
import { equip } from './functions';
import { LIMITS } from './limits';
import { metered, Exhausted } from './meter';
import type { Node } from './node';
import { rewrite } from './rewrite';
import { failure, syntaxError } from './sentences';
import { holdsCallable, plain } from './values';

export interface Expression {
  /**
   * `input` is a message as `readable` makes it. Undefined: it gives nothing. Throws ExpressionError, and nothing else.
   * @param zone minutes ahead of UTC, for times without a zone
   */
  run(input: unknown, zone: (localMs: number) => number): unknown;
}

export type CompiledExpression = { ok: true; expression: Expression } | ({ ok: false } & Complaint);

export function compileExpression(text: string): CompiledExpression {
  if (text.length > LIMITS.expression)
    return { ok: false, reason: `has more than ${LIMITS.expression} characters`, position: null };
  let compiled: Compiled;
  try {
    compiled = parse(text, options);
  } catch (error) {
    return { ok: false, ...syntaxError(error) };
  }
  const tree = compiled.ast();
  const complaint = complaintAbout(tree);
  if (complaint) return { ok: false, ...complaint };
  const path = plainPath(tree);
  rewrite(tree);
  equip(compiled);
  return {
    ok: true,
    expression: { run: (input, zone) => shortcut(input, path) ?? run(compiled, input, zone) },
  };
}

function run(compiled: Compiled, input: unknown, zone: (localMs: number) => number): unknown {
  try {
    return metered(zone, () => {
      // A frame of its own, so that no message finds what the last one has bound.
      const result = compiled.evaluate(input, {});
      if (holdsCallable(result)) throw new ExpressionError('gives a function, which is no value');
      return plain(result);
    });
  } catch (error) {
    throw asExpressionError(error);
  }
}

function asExpressionError(error: unknown): ExpressionError {
  if (error instanceof ExpressionError) return error;
  if (error instanceof Exhausted) return new ExpressionError(error.message);
  return new ExpressionError(isEngineError(error) ? failure(error) : 'cannot be evaluated');
}

/** The fields of an expression that is nothing but a path, `status.id`: most are, and a hundred times faster like this. */
function plainPath(tree: Node): string[] | null {
  if (tree.type !== 'path' || Object.keys(tree).some((part) => part !== 'type' && part !== 'steps'))
    return null;
  const names: string[] = [];
  for (const step of tree.steps as Node[]) {
    const plainStep = Object.keys(step).every(
      (part) => part === 'type' || part === 'value' || part === 'position',
    );
    if (step.type !== 'name' || !plainStep) return null;
    names.push(String(step.value));
  }
  return names;
}

/** The text or number at the path; undefined where it must be looked for as JSONata does (arrays). */
function shortcut(input: unknown, path: readonly string[] | null): string | number | undefined {
  if (path === null) return undefined;
  let value = input;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
      return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return typeof value === 'number' || (typeof value === 'string' && value.length <= LIMITS.text)
    ? value
    : undefined;
}
