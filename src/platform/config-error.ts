import type { z } from 'zod';

/** The configuration cannot be used. `problems` has one line for each place, with what to write there instead. */
export class ConfigError extends Error {
  readonly code = 'config-invalid';

  constructor(readonly problems: string[]) {
    super(
      problems.length === 1
        ? problems[0]
        : `The configuration has ${problems.length} problems:\n${problems.join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}

/**
 * Lines such as `tallystick.yaml: line 7: sources[1].timeZone: …`. Never the value that was found: it may be a secret.
 * @param lineOf the line of a path in the file, where it is known
 */
export function problemsOf(
  error: z.ZodError,
  place: string,
  lineOf: (path: readonly PropertyKey[]) => number | null = () => null,
): string[] {
  return error.issues.map((issue) => {
    const path = issue.path
      .map((part, index) =>
        typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`,
      )
      .join('');
    const line = lineOf(issue.path);
    return [place, line === null ? '' : `line ${line}`, path, issue.message]
      .filter((part) => part !== '')
      .join(': ');
  });
}
