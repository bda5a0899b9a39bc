import { operatorFunctions } from './functions';
import type { Node } from './node';

/** Makes of a parsed expression what is evaluated. In place: the evaluator runs this very tree. */
export function rewrite(node: object): void {
  unwindTailCall(node);
  callOperator(node);
  markArguments(node);
  for (const part of Object.values(node)) {
    if (typeof part === 'object' && part !== null && !(part instanceof RegExp)) rewrite(part as object);
  }
}

/**
 * The parser wraps the last call of a function, so that the evaluator can leave the function before it makes that call. What is
 * called then is no step inside another any more, and its depth could not be told: a loop would end where the machine's
 * stack does. Unwrapped, it ends at a depth that is the same everywhere.
 */
function unwindTailCall(node: object): void {
  let wrapped = node as Node;
  while (wrapped.type === 'lambda' && wrapped.thunk === true) {
    const { body } = wrapped;
    for (const part of Object.keys(node)) Reflect.deleteProperty(node, part);
    wrapped = Object.assign(node, body) as Node;
  }
}

function markArguments(node: object): void {
  const { type, arguments: given } = node as Node;
  if (type === 'function') for (const argument of given as Node[]) argument.isArgument = true;
}

/**
 * Makes a call of a function of ours out of every operator that calculates, compares or writes whole values: `a * b` becomes
 * `$*(a, b)`. The library calculates in doubles, compares and writes without counting, and makes ranges of ten million.
 */
function callOperator(node: object): void {
  const operator = node as Node;
  if (operator.type !== 'binary' || !Object.hasOwn(operatorFunctions, String(operator.value))) return;
  const { value, position, lhs, rhs } = operator;
  operator.type = 'function';
  operator.value = '(';
  operator.procedure = { type: 'variable', value, position };
  operator.arguments = [lhs, rhs];
  delete operator.lhs;
  delete operator.rhs;
}
