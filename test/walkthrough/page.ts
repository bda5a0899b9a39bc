/** A worked example in a page: commands after `$ `, and below each what it printed. */
import { readFile } from 'node:fs/promises';

export interface Step {
  command: string;
  printed: string;
}

/** What stands between `<!-- name:start -->` and `<!-- name:end -->`, fence by fence. */
export async function fencesOf(file: string, name: string): Promise<string[]> {
  const page = await readFile(file, 'utf8');
  const [from, to] = [page.indexOf(`<!-- ${name}:start -->`), page.indexOf(`<!-- ${name}:end -->`)];
  if (from < 0 || to < 0) throw new Error(`${file} has no ${name}`);
  return [...page.slice(from, to).matchAll(/^```\w*\n(.*?)^```$/gms)].map(([, text]) => text ?? '');
}

/** The commands in them. */
export async function stepsOf(file: string, name: string): Promise<Step[]> {
  return (await fencesOf(file, name)).flatMap((text) =>
    text
      .split(/^\$ /m)
      .slice(1)
      .map((each) => {
        const [command = '', ...printed] = each.replaceAll('\\\n', '').split('\n');
        return { command: command.replaceAll(/\s+/g, ' '), printed: printed.join('\n').trim() };
      }),
  );
}

/** Times, positions and the port are of one run; `…` stands for what a page leaves out. */
export function pattern(printed: string): RegExp {
  const literal = stable(printed).replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${literal.replaceAll('…', '.*?')}$`, 's');
}

export function stable(text: string): string {
  return text
    .trim()
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z?/g, '<time>')
    .replaceAll(/"position":\d+/g, '"position":<number>')
    .replaceAll(/\b(fact|alert) \d+/g, '$1 <number>')
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'http://127.0.0.1:7420')
    .replaceAll('\r\n', '\n');
}
