/** A node of a parsed expression; the evaluator runs this very tree. */
export interface Node {
  type?: string;
  value?: unknown;
  position?: number;
  /** Ours: it stands among the arguments of a call. */
  isArgument?: boolean;
  [part: string]: unknown;
}
