/**
 * The policy for a part of the trade. Of the scopes that match, the one that names more goes first; of two that name equally
 * many, the one that names what comes first in `dimensions`; then a whole SKU before a beginning, and a longer beginning before
 * a shorter. Two scopes that are equal in all of this match the same things only when they say the same match: they are one.
 */
import { type DetectorPolicy, type Dimension, type Policy, type Scope, dimensions } from './policy';

/** What a case, or a part of it, is: what scopes are matched with. Null: it has none. */
export type Matter = { readonly [D in Dimension]?: string | null };

/** Scopes that name the same dimensions, with beginnings of one length: found by one look-up. */
interface Shape {
  names: readonly Dimension[];
  /** Length of the SKU's beginning; null for whole SKUs. */
  prefix: number | null;
  scopes: Map<string, Scope[]>;
}

const ANY = '*';
const SEPARATOR = '\u0000';
/** Different sets of scopes that match together are few; more are made anew each time. */
const MAX_MADE = 10_000;

export class ScopedPolicies {
  private readonly shapes: readonly Shape[];
  private readonly made = new Map<string, Policy>();
  private readonly numbers = new Map<Scope, number>();
  /** Detectors that a scope switches on. */
  private readonly enabling = new Set<string>();

  constructor(private readonly document: Policy) {
    const shapes = new Map<string, Shape>();
    for (const scope of document.scopes ?? []) {
      this.numbers.set(scope, this.numbers.size);
      for (const [code, { enabled }] of Object.entries(scope.detectors)) if (enabled) this.enabling.add(code);
      const { names, prefix } = shapeOf(scope);
      const name = JSON.stringify([names, prefix]);
      const shape = shapes.get(name) ?? { names, prefix, scopes: new Map<string, Scope[]>() };
      shapes.set(name, shape);
      const key = matchKey(scope);
      shape.scopes.set(key, [...(shape.scopes.get(key) ?? []), scope]);
    }
    this.shapes = [...shapes.values()].sort(broaderFirst);
  }

  /** The document itself where no scope matches. */
  of(matter: Matter): Policy {
    let found: Scope[] | null = null;
    for (const { names, prefix, scopes } of this.shapes) {
      const key = keyOf(matter, names, prefix);
      const matched = key === null ? undefined : scopes.get(key);
      if (matched !== undefined) found = found === null ? matched : [...found, ...matched];
    }
    return found === null ? this.document : this.merged(found);
  }

  /** A part of a case may have the detector although the case as a whole does not. */
  enables(code: string): boolean {
    return this.enabling.has(code);
  }

  private merged(scopes: readonly Scope[]): Policy {
    const key = scopes.map((scope) => this.numbers.get(scope)).join();
    const known = this.made.get(key);
    if (known) return known;
    const policy = scopes.reduce(narrowed, this.document);
    if (this.made.size < MAX_MADE) this.made.set(key, policy);
    return policy;
  }
}

const books = new WeakMap<Policy, ScopedPolicies>();

/** Null where the policy has no scopes, and is the same for everything. */
export function scopedPolicies(policy: Policy): ScopedPolicies | null {
  if (policy.scopes === undefined || policy.scopes.length === 0) return null;
  const known = books.get(policy);
  if (known) return known;
  const book = new ScopedPolicies(policy);
  books.set(policy, book);
  return book;
}

/** By what two scopes are one. */
export function matchKey({ match }: Scope): string {
  const sku = match.sku?.endsWith(ANY) === true ? match.sku.slice(0, -1) : match.sku;
  const key = keyOf({ ...match, sku: sku ?? null }, namesOf(match), null);
  return key ?? '';
}

export function shapeOf({ match }: Scope): Pick<Shape, 'names' | 'prefix'> {
  return {
    names: namesOf(match),
    prefix: match.sku?.endsWith(ANY) === true ? match.sku.length - 1 : null,
  };
}

function namesOf(match: Scope['match']): Dimension[] {
  return dimensions.filter((name) => match[name] !== undefined);
}

function keyOf(matter: Matter, names: readonly Dimension[], prefix: number | null): string | null {
  let key = '';
  for (const name of names) {
    const value = matter[name];
    if (value === undefined || value === null) return null;
    if (name !== 'sku' || prefix === null) key += value + SEPARATOR;
    else if (value.length < prefix) return null;
    else key += value.slice(0, prefix) + SEPARATOR;
  }
  return key;
}

/** What is merged later goes before what was merged earlier. */
function broaderFirst(a: Shape, b: Shape): number {
  if (a.names.length !== b.names.length) return a.names.length - b.names.length;
  for (const name of dimensions) {
    const [inA, inB] = [a.names.includes(name), b.names.includes(name)];
    if (inA !== inB) return inA ? 1 : -1;
  }
  return (a.prefix ?? Infinity) - (b.prefix ?? Infinity);
}

/** Setting by setting. A scope's owner has whatever a broader scope gave to the owner of one detector. */
function narrowed(policy: Policy, { owner, detectors }: Scope): Policy {
  const merged = new Map<string, DetectorPolicy>();
  for (const [code, said] of Object.entries(policy.detectors))
    merged.set(code, owner === undefined ? said : { ...said, owner });
  for (const [code, said] of Object.entries(detectors)) merged.set(code, { ...merged.get(code), ...said });
  return { ...policy, ...(owner === undefined ? {} : { owner }), detectors: Object.fromEntries(merged) };
}
