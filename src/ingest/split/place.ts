/** Where something is in a body: both from 1, the column in characters (a surrogate pair is one). */
export interface Place {
  line: number;
  column: number;
}

const NEWLINE = 10;

/** The place `length` UTF-16 units into `text`, which itself begins at `from`. */
export function advance(from: Place, text: string, length = text.length): Place {
  let { line, column } = from;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === NEWLINE) {
      line += 1;
      column = 1;
    } else if (unit < 0xdc00 || unit > 0xdfff) {
      column += 1;
    }
  }
  return { line, column };
}
