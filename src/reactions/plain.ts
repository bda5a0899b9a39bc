const MAX_DETAIL = 500;
const characters = new Intl.Segmenter();

/** What came from elsewhere is text: it makes no link, no mention, no formatting, and no half of a character. */
export function plain(text: string): string {
  return cut(text)
    .toWellFormed()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('`', "'")
    .replaceAll(/\s+/g, ' ');
}

/** By characters as people see them. One that is longer than all that is shown is cut all the same. */
function cut(text: string): string {
  if (text.length <= MAX_DETAIL) return text;
  const end = characters.segment(text.slice(0, 2 * MAX_DETAIL)).containing(MAX_DETAIL)?.index ?? 0;
  return `${text.slice(0, end > 0 ? end : MAX_DETAIL)}…`;
}
