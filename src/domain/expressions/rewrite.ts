import type { Node } from './engine';
import { operatorFunctions } from './functions';

/**
 * Makes a call of a function of ours out of every operator that calculates, compares or writes whole values: `a * b` becomes
 * `$*(a, b)`. The library calculates in doubles, compares and writes without counting, and makes ranges of ten million.
 */
export function rewriteOperators(node: object): void {
  const operator = node as Node;
  if (operator.type === 'binary' && Object.hasOwn(operatorFunctions, String(operator.value))) {
    const { value, position, lhs, rhs } = operator;
    operator.type = 'function';
    operator.value = '(';
    operator.procedure = { type: 'variable', value, position };
    operator.arguments = [lhs, rhs];
    delete operator.lhs;
    delete operator.rhs;
  }
  for (const part of Object.values(node)) {
    if (typeof part === 'object' && part !== null && !(part instanceof RegExp))
      rewriteOperators(part as object);
  }
}
