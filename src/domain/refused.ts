/** What is wrong with a mapping or a policy that somebody wrote, place by place. */
export interface Problem {
  /** `sku-aliases[3].to`; empty for the document as a whole. */
  path: string;
  /** What is wrong there, and what to write instead. */
  message: string;
  /** Where it is a word that is not known: it, and those that are. */
  word?: { said: string; known: readonly string[] };
}

/** More are not told: whoever has these mended asks again. */
const TOLD = 20;

export class DocumentRefused extends Error {
  readonly problems: readonly Problem[];

  constructor(
    readonly code: 'mapping-invalid' | 'policy-invalid',
    problems: readonly Problem[],
  ) {
    const told = problems.slice(0, TOLD);
    const lines = told.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    super(
      problems.length > TOLD ? `${lines.join('\n')}\nand ${problems.length - TOLD} more` : lines.join('\n'),
    );
    this.name = 'DocumentRefused';
    this.problems = told;
  }
}

/** `['units', 3, 'to']` → `units[3].to`. */
export function placeOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, step) =>
      typeof step === 'number' ? `${text}[${step}]` : `${text}${text === '' ? '' : '.'}${String(step)}`,
    '',
  );
}
