/** Texts of others, before they reach a terminal, a spreadsheet or the log. */

/** Controls (C0, DEL, C1), separators of lines, what turns the direction of writing, halves of surrogate pairs. */
const HIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;
/** The same but for the ends of lines. */
const HIDDEN_IN_LINES = /(?!\n|\r\n)[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;

const SHORT = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** One line on which nothing acts on its reader's terminal: what is not to be seen is written as JSON escapes it. */
export function visible(text: string): string {
  return text.replace(HIDDEN, escaped);
}

/** The same for several lines. JSON stays JSON of the same value, since such characters stand only inside its texts. */
export function visibleLines(text: string): string {
  return text.replace(HIDDEN_IN_LINES, escaped);
}

function escaped(character: string): string {
  return SHORT.get(character) ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** `scheme://account:password@host` without what is before the `@`: drivers quote whole addresses in their errors. */
export function withoutPasswords(text: string): string {
  return text.replace(/:\/\/[^\s/"'\\]*@/g, '://[secret]@');
}
