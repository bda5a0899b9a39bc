const MAX_DETAIL = 500;

/** What came from elsewhere is text: it makes no link, no mention, no formatting. */
export function plain(text: string): string {
  const cut = text.length > MAX_DETAIL ? `${text.slice(0, MAX_DETAIL)}…` : text;
  return cut
    .toWellFormed()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('`', "'")
    .replaceAll(/\s+/g, ' ');
}
