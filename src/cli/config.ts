/** The configuration of a command, with everything that is wrong in it told at once: what the platform knows, and what the domain does. */
import { catalogue } from '../domain/drift/catalogue';
import { checkedPolicy } from '../domain/drift/checked-policy';
import { DocumentRefused } from '../domain/refused';
import { CUSTOM } from '../domain/sources/custom';
import { compileMapping } from '../domain/sources/custom/compile';
import { customMapping } from '../domain/sources/custom/mapping';
import { configurableKinds, mappingProblems } from '../domain/sources/registry';
import { limitVariables, readIngestLimits } from '../ingest/limits';
import { type Config, ConfigError, loadConfig, unknownVariables } from '../platform/config';
import type { ConfigChecks, Fault } from '../platform/config-checks';
import type { Environment } from '../platform/config-values';
import { meant } from '../platform/nearest';
import { sentence } from './document-file';

const codes = [...new Set(catalogue.map(({ code }) => code))];

const checks: ConfigChecks = {
  kind: (kind) => {
    if (configurableKinds.includes(kind)) return [];
    const message = `there is no such kind${meant(kind, configurableKinds)}; the kinds are ${configurableKinds.join(', ')}`;
    return [{ path: [], message }];
  },
  detector: (code) => {
    if (codes.includes(code)) return [];
    return [
      { path: [], message: `there is no such detector${meant(code, codes)}; docs/detectors.md lists them` },
    ];
  },
  policy: (document) => {
    try {
      checkedPolicy(document, null);
      return [];
    } catch (error) {
      if (!(error instanceof DocumentRefused)) throw error;
      return error.problems.map((problem) => ({
        path: stepsOf(problem.path),
        message: sentence(problem),
      }));
    }
  },
  mapping: (document) => {
    if (document === undefined) return [];
    const parsed = customMapping.safeParse(document);
    if (!parsed.success)
      return parsed.error.issues.map(({ path, message }) => ({
        path: path.map((step) => (typeof step === 'symbol' ? String(step) : step)),
        message,
      }));
    const outcome = compileMapping(parsed.data);
    if (outcome.ok) return [];
    return outcome.problems.map(({ place, reason }) => ({ path: stepsOf(place), message: reason }));
  },
  source: ({ kind, mapping }): Fault[] => {
    // A mapping that is there has been read already.
    if (!configurableKinds.includes(kind) || (kind === CUSTOM && mapping !== undefined)) return [];
    const parsed = customMapping.safeParse(mapping);
    return mappingProblems({ kind, mapping: parsed.data }).map(({ place, reason }) => ({
      path: stepsOf(place),
      message: reason,
    }));
  },
  environment: (env) => {
    try {
      readIngestLimits(env);
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
  },
  variables: Object.values(limitVariables),
};

export function readConfig(env: Environment = process.env, cwd = process.cwd()): Config {
  return loadConfig(env, cwd, checks);
}

/** What was probably meant as a setting and is none. */
export function warningsOf(env: Environment = process.env, cwd = process.cwd()): string[] {
  return unknownVariables(env, cwd, checks.variables);
}

/** `scopes[1].match.source` → `['scopes', 1, 'match', 'source']`. */
function stepsOf(place: string): (string | number)[] {
  return place
    .split(/\.|(?=\[)/)
    .filter((step) => step !== '')
    .map((step) => {
      const index = /^\[(\d+)\]$/.exec(step)?.[1];
      return index === undefined ? step : Number(index);
    });
}
