/** The only way from a command to whoever runs it: what systems wrote acts on nobody's terminal, whatever is printed. */
import { visibleLines, withoutPasswords } from '../platform/shown';

export function writeOut(text: string): void {
  process.stdout.write(visibleLines(text));
}

/** Messages of errors may quote the address of a database. */
export function writeError(text: string): void {
  process.stderr.write(withoutPasswords(visibleLines(text)));
}
