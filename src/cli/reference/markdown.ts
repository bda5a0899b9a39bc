/** The little of Markdown that the reference pages are made of. */

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function code(text: string): string {
  return `\`${text}\``;
}

export function codes(texts: Iterable<string>): string {
  return [...texts].map(code).join(', ');
}

export function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

/** What is null is left out. */
export function page(...blocks: readonly (string | null)[]): string {
  return `${blocks.filter((block) => block !== null).join('\n\n')}\n`;
}

export const GENERATED =
  '<!-- Made from code by `npm run generate`; a change here is undone by the next. -->';

/** `4 h`, `35 d`, `15 min`, `0`. */
export function duration(seconds: number): string {
  if (seconds === 0) return '0';
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
  ] as const;
  // A day is still said in hours: that is how graces are spoken of.
  const fits = units.find(([size]) => seconds % size === 0 && seconds / size > (size === 86_400 ? 3 : 0));
  return fits ? `${seconds / fits[0]} ${fits[1]}` : `${seconds} s`;
}
