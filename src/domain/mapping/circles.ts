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
      addEdge(edges, from, { to, index });
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

/**
 * A kit that contains itself, whatever the dates: directly, by a kit in it, or by a name of which an alias leads to it. A
 * source's own aliases count one source at a time, since two may mean different things by one word.
 */
export function kitCircles({ bundles, 'sku-aliases': aliases }: MappingDocument): Problem[] {
  if (bundles.length === 0) return [];
  const found = new Map<string, Problem>();
  for (const scope of new Set([undefined, ...aliases.map(({ source }) => source)])) {
    const leads = new Map<string, Edge[]>();
    aliases.forEach(({ source, from, to }, index) => {
      // Below zero: an alias, and no kit.
      if (source === undefined || source === scope) addEdge(leads, from, { to, index: -1 - index });
    });
    const edges = new Map([...leads].map(([from, to]) => [from, [...to]]));
    bundles.forEach(({ sku, components }, index) => {
      for (const name of reachable(sku, leads))
        for (const part of components) addEdge(edges, name, { to: part.sku, index });
    });
    const circle = circleIn(edges);
    if (!circle) continue;
    const { index, names } = circle;
    const path = index < 0 ? `sku-aliases[${-1 - index}]` : `bundles[${index}]`;
    const message = `makes a kit contain itself: ${names.join(' → ')}; take one of them out of the other`;
    found.set(path, { path, message });
  }
  return [...found.values()];
}

function addEdge(edges: Map<string, Edge[]>, from: string, edge: Edge): void {
  const known = edges.get(from);
  if (known) known.push(edge);
  else edges.set(from, [edge]);
}

/** A name and all that it leads to. */
function reachable(name: string, leads: ReadonlyMap<string, readonly Edge[]>): Set<string> {
  const names = new Set([name]);
  for (const each of names) for (const { to } of leads.get(each) ?? []) names.add(to);
  return names;
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
