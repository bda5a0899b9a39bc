/**
 * Whether a text has no control character (C0, DEL, C1) and no half of a surrogate pair. Such characters cannot be stored in
 * a PostgreSQL text or hide what a reader sees. A loop, because it runs for every code of every fact: a third of the
 * time of `/\p{Cc}/u` on texts of ten characters.
 */
export function isPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char < 32) return false;
    if (char > 126 && (char < 160 || (char >= 0xd800 && char <= 0xdfff && !text.isWellFormed())))
      return false;
  }
  return true;
}
