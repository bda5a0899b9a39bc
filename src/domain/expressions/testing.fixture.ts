import { compileExpression } from './expression';
import { readable } from './values';

const utc = () => 0;

/** What an expression gives; throws what it throws, and an Error for one that is refused. */
export function evaluate(
  text: string,
  input: unknown = {},
  zone: (localMs: number) => number = utc,
): unknown {
  const outcome = compileExpression(text);
  if (!outcome.ok) throw new Error(`refused: ${outcome.reason}`);
  return outcome.expression.run(readable(input), zone);
}

export function refusal(text: string): { reason: string; position: number | null } | null {
  const outcome = compileExpression(text);
  return outcome.ok ? null : { reason: outcome.reason, position: outcome.position };
}
