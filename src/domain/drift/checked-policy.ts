import { type Policy, policySchema } from '../policy';
import { DocumentRefused, placeOf } from '../refused';
import { catalogue } from './catalogue';

/** A policy as somebody wrote it, as parsed from YAML or JSON. Throws `DocumentRefused` with the place of each fault. */
export function checkedPolicy(document: unknown): Policy {
  const parsed = policySchema.safeParse(document ?? {});
  if (!parsed.success)
    throw new DocumentRefused(
      'policy-invalid',
      parsed.error.issues.map(({ path, message }) => ({ path: placeOf(path), message })),
    );
  const codes = new Set(catalogue.map(({ code }) => code));
  const unknown = Object.keys(parsed.data.detectors).filter((code) => !codes.has(code));
  if (unknown.length > 0) {
    const message = `no such detector; there are: ${[...codes].join(', ')}`;
    throw new DocumentRefused(
      'policy-invalid',
      unknown.map((code) => ({ path: `detectors.${code}`, message })),
    );
  }
  return parsed.data;
}
