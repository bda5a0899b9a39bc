import { formatInstant } from '../../domain/facts/instant';
import type { TableName } from '../../domain/mapping/tables';
import type { Drafts, Standing } from '../../projections/drafts';
import type { Version } from '../../projections/versions';
import type { MappingSummary, MappingView, PolicyView, VersionHead } from './version-schema';

/** A history is read in whole by the command line. */
const MOST = 100;

function headView({ version, at, actor, reason, position }: Version): VersionHead {
  return { version, at: formatInstant(at), actor, reason, position };
}

export function mappingSummary({ name, inForce, draft }: Standing<readonly unknown[]>): MappingSummary {
  return {
    name: name as TableName,
    entries: inForce.content.length,
    inForce: inForce.version,
    draft: draft && headView(draft),
  };
}

export async function mappingView(drafts: Drafts, standing: Standing<unknown[]>): Promise<MappingView> {
  const { name, inForce, draft, versions } = standing;
  return {
    name: name as TableName,
    inForce: { version: inForce.version, entries: inForce.content },
    draft: draft && { ...headView(draft), entries: (await drafts.content(draft)) as unknown[] },
    versions: versions.slice(0, MOST).map(headView),
  };
}

export async function policyView(drafts: Drafts, standing: Standing): Promise<PolicyView> {
  const { inForce, draft, versions } = standing;
  return {
    inForce: { version: inForce.version, policy: inForce.content },
    draft: draft && { ...headView(draft), policy: await drafts.content(draft) },
    versions: versions.slice(0, MOST).map(headView),
  };
}
