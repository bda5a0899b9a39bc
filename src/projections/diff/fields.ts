/** What two states of a case say otherwise, field by field. */

export type CaseChange = 'added' | 'removed' | 'changed';

export interface FieldDifference {
  change: CaseChange;
  /** `order:SC-100901` */
  subject: string;
  /** `dispatched[scend/evt-1].value.lines[0].sku`; empty where the whole case is on one side only. */
  path: string;
  before: unknown;
  after: unknown;
}

type Leaf = Pick<FieldDifference, 'path' | 'before' | 'after'>;

export function changeOf(before: unknown, after: unknown): CaseChange {
  return before === null ? 'added' : after === null ? 'removed' : 'changed';
}

/** `before` and `after` are JSON, or null where the case is not there. */
export function fieldDifferences(
  subject: string,
  before: string | null,
  after: string | null,
): FieldDifference[] {
  const change = changeOf(before, after);
  const [old, now] = [before, after].map((text) => (text === null ? null : (JSON.parse(text) as unknown)));
  if (change !== 'changed') return [{ change, subject, path: '', before: old ?? null, after: now ?? null }];
  return leaves('', old, now).map((leaf) => ({ change, subject, ...leaf }));
}

function leaves(path: string, before: unknown, after: unknown): Leaf[] {
  if (!isTree(before) || !isTree(after) || Array.isArray(before) !== Array.isArray(after))
    return before === after ? [] : [{ path, before: before ?? null, after: after ?? null }];
  const [old, now] = [named(before), named(after)];
  const bracket = Array.isArray(before);
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name) =>
    leaves(
      bracket ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`,
      old.get(name),
      now.get(name),
    ),
  );
}

function isTree(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Members by their names; documents of a list by their keys, so that one more does not shift the others. */
function named(tree: object): Map<string, unknown> {
  if (!Array.isArray(tree)) return new Map(Object.entries(tree));
  const elements = tree as unknown[];
  const keys = elements.map((each) => (isTree(each) && 'key' in each ? each.key : null));
  const unique = new Set(keys).size === keys.length && keys.every((key) => typeof key === 'string');
  return new Map(elements.map((each, index) => [unique ? String(keys[index]) : String(index), each]));
}
