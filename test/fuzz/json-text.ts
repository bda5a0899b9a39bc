/** JSON whose parts may be any text, also such as no parser would give: numbers that no double holds, names that stand twice. */

/** Stands in the text as it is. */
export class Raw {
  constructor(readonly text: string) {}
}

export type Json = null | boolean | number | string | Raw | Json[] | { [name: string]: Json };
export type Path = readonly (string | number)[];

const TWICE = '\u0000twice';

export function write(value: Json): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name.replace(TWICE, ''))}:${write(member)}`,
  );
  return `{${members.join(',')}}`;
}

export type Change = { kind: 'set'; value: Json } | { kind: 'absent' } | { kind: 'twice'; value: Json };

/** A copy with something else at the path; what is missing on the way there is made. */
export function changed(value: Json, path: Path, change: Change): Json {
  const [step, ...rest] = path;
  if (step === undefined) return change.kind === 'set' ? change.value : value;
  if (typeof step === 'number') {
    const items = Array.isArray(value) ? [...value] : [];
    if (rest.length === 0 && change.kind === 'absent') items.splice(step, 1);
    else if (rest.length === 0 && change.kind === 'twice') items.splice(step, 0, change.value);
    else items[step] = changed(items[step] ?? {}, rest, change);
    return items;
  }
  const before =
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Raw)
      ? value
      : {};
  const members = { ...before };
  if (change.kind === 'absent' && rest.length === 0)
    return Object.fromEntries(Object.entries(before).filter(([name]) => name !== step));
  if (rest.length > 0) members[step] = changed(before[step] ?? {}, rest, change);
  else if (change.kind === 'twice') members[`${step}${TWICE}`] = change.value;
  else if (change.kind === 'set') members[step] = change.value;
  return members;
}
