/** What the help of every command has, and numbers as they are typed. */
import { InvalidArgumentError, Option } from 'commander';

export function examples(...lines: string[]): string {
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

export const json = (): Option => new Option('--json', 'print JSON').default(false);

export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}, in digits.`);
  };
}

/** Of what is listed; as text, for the query of a URL. */
export function limit(): Option {
  const count = whole(1, 500);
  return new Option('--limit <count>', 'how many, from 1 to 500 (default: 100)').argParser((text) =>
    String(count(text)),
  );
}
