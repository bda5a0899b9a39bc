/** Names that lead back to themselves. */
import type { Problem } from '../refused';
import type { MappingDocument } from './tables';

interface Edge {
  to: string;
  index: number;
}

/**
 * Whatever the dates: a name that is an alias in one year and what aliases stand for in another would divide one article's
 * history between two cases. Entries for all sources count for each.
 */
export function circles(name: 'sku-aliases' | 'customer-links', mapping: MappingDocument): Problem[] {
  const entries = mapping[name];
  const scopes = new Set(entries.map(({ source }) => source));
  const found = new Map<number, Problem>();
  for (const scope of scopes) {
    const edges = new Map<string, Edge[]>();
    entries.forEach(({ source, from, to }, index) => {
      if (source !== undefined && source !== scope) return;
      const known = edges.get(from);
      if (known) known.push({ to, index });
      else edges.set(from, [{ to, index }]);
    });
    const circle = circleIn(edges);
    if (circle && !found.has(circle.index))
      found.set(circle.index, {
        path: `${name}[${circle.index}]`,
        message: `closes a circle: ${circle.names.join(' → ')}; one name must be the one that all others lead to`,
      });
  }
  return [...found.values()];
}

/** Depth first, without recursion: a chain may be as long as the table. */
function circleIn(edges: ReadonlyMap<string, readonly Edge[]>): { index: number; names: string[] } | null {
  const done = new Set<string>();
  for (const start of edges.keys()) {
    const path: { name: string; next: number }[] = [];
    const onPath = new Set<string>();
    const enter = (name: string) => {
      path.push({ name, next: 0 });
      onPath.add(name);
    };
    if (!done.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const edge = edges.get(top.name)?.[top.next++];
      if (edge === undefined) {
        path.pop();
        onPath.delete(top.name);
        done.add(top.name);
      } else if (onPath.has(edge.to)) {
        const names = path.map(({ name }) => name);
        return { index: edge.index, names: [...names.slice(names.indexOf(edge.to)), edge.to] };
      } else if (!done.has(edge.to)) enter(edge.to);
    }
  }
  return null;
}
