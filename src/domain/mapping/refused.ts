/** What is wrong with a mapping, place by place. */
export interface Problem {
  /** `sku-aliases[3].to`; empty for the document as a whole. */
  path: string;
  /** What is wrong there, and what to write instead. */
  message: string;
}

/** More are not told: whoever has these mended asks again. */
const TOLD = 20;

export class MappingRefused extends Error {
  readonly code = 'mapping-invalid';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const told = problems.slice(0, TOLD);
    const lines = told.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    super(
      problems.length > TOLD ? `${lines.join('\n')}\nand ${problems.length - TOLD} more` : lines.join('\n'),
    );
    this.name = 'MappingRefused';
    this.problems = told;
  }
}
