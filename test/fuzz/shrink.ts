/** The least of what fails that still fails. */

/** Takes away ever smaller parts for as long as it fails without them (ddmin), and asks at most so often. */
export async function fewest<T>(
  items: readonly T[],
  fails: (some: readonly T[]) => Promise<boolean>,
  questions: number,
): Promise<T[]> {
  let left = [...items];
  let parts = 2;
  while (left.length > 1) {
    const size = Math.ceil(left.length / parts);
    let smaller: T[] | null = null;
    for (let from = 0; from < left.length && smaller === null; from += size) {
      const part = left.slice(from, from + size);
      const rest = [...left.slice(0, from), ...left.slice(from + size)];
      for (const some of parts === 2 ? [part] : [part, rest]) {
        if (some.length === 0 || some.length === left.length) continue;
        if (questions-- <= 0) return left;
        if (!(await fails(some))) continue;
        smaller = some;
        break;
      }
    }
    if (smaller) [left, parts] = [smaller, 2];
    else if (size === 1) break;
    else parts = Math.min(left.length, parts * 2);
  }
  return left;
}

type Tree = Record<string, unknown> | unknown[];

/** A message without the members that it does not need to fail. `text` is kept where it is no JSON that can be written again. */
export async function simplest(
  text: string,
  fails: (text: string) => Promise<boolean>,
  questions: number,
): Promise<string> {
  const root = parsed(text);
  if (!root || !(await fails(JSON.stringify(root)))) return text;
  let best = JSON.stringify(root);
  const walk = async (node: Tree): Promise<void> => {
    for (const [name, member] of Object.entries(node)) {
      if (questions-- <= 0) return;
      const take = () =>
        Array.isArray(node) ? node.splice(Number(name), 1) : Reflect.deleteProperty(node, name);
      const give = () => (Array.isArray(node) ? node.splice(Number(name), 0, member) : (node[name] = member));
      if (Array.isArray(node) && node[Number(name)] !== member) continue;
      take();
      if (await fails(JSON.stringify(root))) best = JSON.stringify(root);
      else {
        give();
        if (typeof member === 'object' && member !== null) await walk(member as Tree);
      }
    }
  };
  await walk(root);
  return best;
}

function parsed(text: string): Tree | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Tree) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
