/** What a parsed expression must not say, found before it is ever used. */
import { isAllowed, whyRefused } from './functions';
import type { Node } from './node';
import { RegexRefused, regexCost } from './regex-cost';
import { own } from '../own';

export interface Complaint {
  reason: string;
  /** Character of the expression, from 1. */
  position: number | null;
}

const TYPES = new Set(
  (
    'path binary unary name string number value wildcard condition block bind regex function variable lambda apply filter ' +
    'index'
  ).split(' '),
);

/** Parts of the language that are refused, each with what to write instead. */
const REFUSED: Readonly<Record<string, string>> = {
  transform: '|…|…| changes a copy: build the object that you want',
  descendant: '** looks everywhere: name the path',
  parent: '% looks back: bind the outer value to a variable, as in ($order := $; lines.{"no": $order.no})',
  partial: '? makes a function: write function($x){ … }',
  sort: '^(…) sorts: write $sort(list, function($a, $b){ $a.field > $b.field })',
};

const MAX_DEPTH = 200;
const MAX_NUMBER = 999_999_999_999_999;

export function complaintAbout(tree: Node): Complaint | null {
  const names = new Set<string>();
  collectNames(tree, names, 0);
  return complaint(tree, names, 0, null);
}

/** Every part of a node that may hold nodes. */
function parts(node: object): unknown[] {
  return Object.values(node).filter(
    (part) => typeof part === 'object' && part !== null && !(part instanceof RegExp),
  );
}

/** Names that the expression gives a value to, wherever. One that is used where it has none is nothing, and harms nobody. */
function collectNames(node: object, names: Set<string>, depth: number): void {
  if (depth > MAX_DEPTH) return;
  const { type, lhs, arguments: parameters, index } = node as Node;
  if (type === 'bind') names.add(String((lhs as Node).value));
  if (type === 'lambda') for (const each of parameters as Node[]) names.add(String(each.value));
  if (typeof index === 'string') names.add(index);
  for (const part of parts(node)) collectNames(part as object, names, depth + 1);
}

function complaint(
  node: object,
  names: ReadonlySet<string>,
  depth: number,
  near: number | null,
): Complaint | null {
  const { position } = node as Node;
  const at = typeof position === 'number' ? position : near;
  const reason = depth > MAX_DEPTH ? `nests more than ${MAX_DEPTH} deep` : reasonOf(node as Node, names);
  if (reason !== null) return { reason, position: at };
  for (const part of parts(node)) {
    const found = complaint(part as object, names, depth + 1, at);
    if (found) return found;
  }
  return null;
}

function reasonOf(node: Node, names: ReadonlySet<string>): string | null {
  const { type, value, focus, signature, index } = node;
  if (type === undefined) return null;
  if (focus !== undefined)
    return '@$ joins lists: look the other one up with a filter, as in lines[no = $no]';
  if (signature !== undefined) return 'a function has no signature here: leave out <…>';
  if (typeof index === 'string' && index.startsWith('__')) return reservedName(index);
  if (!TYPES.has(type)) return own(REFUSED, type) ?? `${type} is not there`;
  if (type === 'regex') return regexReason(value as RegExp);
  if (type === 'number') return numberReason(value as number);
  return type === 'variable' ? nameReason(String(value), names) : null;
}

function nameReason(name: string, names: ReadonlySet<string>): string | null {
  if (name.startsWith('__')) return reservedName(name);
  return isAllowed(name) || names.has(name) ? null : whyRefused(name);
}

/** The evaluator looks its hooks up as it looks up any variable. */
const reservedName = (name: string) => `$${name} begins with __, which is reserved: choose another name`;

function regexReason(regexp: RegExp): string | null {
  try {
    regexCost(regexp);
    return null;
  } catch (error) {
    if (error instanceof RegexRefused) return `the regular expression ${error.message}`;
    throw error;
  }
}

function numberReason(value: number): string | null {
  const digits = String(Math.abs(value)).replace(/^0\.0*|\.|e.*$/g, '').length;
  if (Math.abs(value) <= MAX_NUMBER && digits <= 15) return null;
  return 'a number has at most 15 digits here: write it as text';
}
