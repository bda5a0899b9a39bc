/** Copies only where something changes: most facts of a mapped source have no mapped word in them. */

export function withChanges<B extends object>(body: B, changes: Partial<B>): B {
  for (const name in changes) if (changes[name] !== body[name]) return { ...body, ...changes };
  return body;
}

/** The same list where `map` gives back every element. */
export function each<E>(list: E[], map: (element: E) => E): E[] {
  let copy: E[] | null = null;
  for (let i = 0; i < list.length; i++) {
    const element = list[i] as E;
    const after = map(element);
    if (after === element) continue;
    copy ??= list.slice();
    copy[i] = after;
  }
  return copy ?? list;
}
