/** A policy as somebody wrote it: checked, with the place of each fault. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { catalogue } from '../domain/drift/catalogue';
import { type Policy, policySchema } from '../domain/policy';
import { ConfigError } from '../platform/config';

/** `document` as parsed from YAML or JSON; `place` begins the names of what is wrong. Throws ConfigError. */
export function checkedPolicy(document: unknown, place = 'policy'): Policy {
  const parsed = policySchema.safeParse(document ?? {});
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map(({ path, message }) => `${[place, ...path].join('.')}: ${message}`),
    );
  }
  const codes = new Set(catalogue.map(({ code }) => code));
  const unknown = Object.keys(parsed.data.detectors).filter((code) => !codes.has(code));
  if (unknown.length > 0) {
    const known = [...codes].join(', ');
    throw new ConfigError(
      unknown.map((code) => `${place}.detectors.${code}: no such detector; there are: ${known}`),
    );
  }
  return parsed.data;
}

/** YAML or JSON; a configuration file's `policy:` part, or that part alone. Throws ConfigError. */
export function readPolicyFile(file: string): Policy {
  let document: unknown;
  try {
    document = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigError([`${file}: ${(error as Error).message}`]);
  }
  const whole = document as { policy?: unknown } | null;
  const isConfiguration = typeof whole === 'object' && whole !== null && 'policy' in whole;
  return checkedPolicy(isConfiguration ? whole.policy : document, file);
}
