/** The same JSON in other bytes: names in reverse, other white space, letters as escapes. */
export function respelled(body: string): string {
  return spell(JSON.parse(body));
}

function spell(value: unknown): string {
  if (typeof value === 'string') return spellText(value);
  if (Array.isArray(value)) return `[ ${value.map(spell).join(' , ')} ]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).reverse();
  return `{ ${members.map(([name, member]) => `${JSON.stringify(name)} : ${spell(member)}`).join(' ,  ')} }`;
}

function spellText(text: string): string {
  const code = text.charCodeAt(0);
  if (!(code > 64 && code < 123)) return JSON.stringify(text);
  return `"\\u${code.toString(16).padStart(4, '0')}${JSON.stringify(text.slice(1)).slice(1)}`;
}
