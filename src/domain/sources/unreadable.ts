/** A place in a message that does not say what it must; turned into `message-invalid` by the kind's `translate`. */
export class Unreadable extends Error {
  readonly code = 'message-invalid';

  /** `path` names the place (`lines[2].quantity`); empty for the message as a whole. */
  constructor(
    public path: string,
    readonly reason: string,
  ) {
    super(`${path}: ${reason}`);
  }
}

/**
 * Maps the elements of `list`, which the message holds under `name`. What comes out is kept, so it has room for its elements and
 * no more: an array that grows takes room for sixteen others, and most lists have one or two.
 */
export function each<T, R>(name: string, list: readonly T[], read: (element: T) => R): R[] {
  if (list.length === 1) return [readAt(name, list, 0, read)];
  if (list.length === 2) return [readAt(name, list, 0, read), readAt(name, list, 1, read)];
  const results: R[] = [];
  for (let i = 0; i < list.length; i++) results.push(readAt(name, list, i, read));
  return results.slice();
}

/** An element's error is given its full path here and not where it is read, so that no path is built while all is well. */
function readAt<T, R>(name: string, list: readonly T[], index: number, read: (element: T) => R): R {
  try {
    return read(list[index] as T);
  } catch (error) {
    if (error instanceof Unreadable) error.path = join(`${name}[${index}]`, error.path);
    throw error;
  }
}

/** Reads a nested object, prefixing the path of its errors with `name`. */
export function inside<R>(name: string, read: () => R): R {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unreadable) error.path = join(name, error.path);
    throw error;
  }
}

function join(outer: string, inner: string): string {
  return inner === '' || inner.startsWith('[') ? `${outer}${inner}` : `${outer}.${inner}`;
}

/** Refuses a list in which two elements claim the same identity: which of them counts would be a guess. */
export function refuseRepeats<T>(
  name: string,
  list: readonly T[],
  identity: (element: T) => string | number,
): void {
  if (list.length < 2) return;
  const ids = list.map(identity);
  if (!hasRepeats(ids)) return;
  const first = new Map<string | number, number>();
  for (const [index, id] of ids.entries()) {
    const before = first.get(id);
    if (before !== undefined)
      throw new Unreadable(
        `${name}[${index}]`,
        `repeats ${name}[${before}]: it is ambiguous which of them counts`,
      );
    first.set(id, index);
  }
}

const FEW = 10;

/** A set is quicker for many, and made for nothing for few. */
function hasRepeats(ids: readonly (string | number)[]): boolean {
  if (ids.length > FEW) return new Set(ids).size < ids.length;
  for (let i = 1; i < ids.length; i++) if (ids.indexOf(ids[i] as string) < i) return true;
  return false;
}
