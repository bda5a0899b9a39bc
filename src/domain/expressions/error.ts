/** What an expression did wrong, in a sentence without the message's values: they may be personal. */
export class ExpressionError extends Error {
  readonly code = 'expression-failed';
}
