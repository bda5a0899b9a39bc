import { type Scope, dimensions } from '../domain/policy';
import type { Drafts } from '../projections/drafts';
import { partOf, readDocument } from './document-file';
import {
  type Output,
  author,
  differenceOf,
  printContent,
  printDifferences,
  printDrafted,
  printHistory,
  withDrafts,
} from './drafts';

export function runShowPolicy(output: Output & { draft: boolean }): Promise<void> {
  return withDrafts(async (drafts) => {
    await printContent(drafts, await drafts.policy(), output);
  });
}

export function runEditPolicy(
  file: string,
  { reason, ...output }: Output & { reason?: string },
): Promise<void> {
  const policy = partOf(readDocument(file), 'policy');
  const draft = async (drafts: Drafts) => {
    printDrafted(await drafts.draftPolicy(policy, author(reason)), 'policy', output);
  };
  return withDrafts(draft, { creates: true });
}

export function runDiffPolicy(output: Output): Promise<void> {
  return withDrafts(async (drafts) => {
    const difference = await differenceOf(drafts, await drafts.policy(), (policy) => leaves(policy));
    printDifferences(difference === null ? [] : [difference], output);
  });
}

export function runPolicyHistory(output: Output): Promise<void> {
  return withDrafts(async (drafts) => {
    printHistory([await drafts.policy()], output);
  });
}

/** `detectors.order-rejected.enabled: false`; a scope by what it matches, since its place in the list says nothing. */
function leaves(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [`${path}: ${JSON.stringify(value)}`];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    path === '' && name === 'scopes' && Array.isArray(inner)
      ? inner.flatMap(scopeLeaves)
      : leaves(inner, path === '' ? name : `${path}.${name}`),
  );
}

function scopeLeaves({ match, ...said }: Scope): string[] {
  const named = dimensions.flatMap((name) => (match[name] === undefined ? [] : [`${name}=${match[name]}`]));
  return leaves(said, `scopes[${named.join(' ')}]`);
}
