/** A policy as somebody wrote it, checked as a whole, with the place of each fault and what there is instead. */
import {
  type DetectorPolicy,
  type Dimension,
  type Policy,
  type Scope,
  type Setting,
  policySchema,
} from '../policy';
import { DocumentRefused, type Problem, placeOf } from '../refused';
import { matchKey, shapeOf } from '../scoped-policy';
import { catalogue } from './catalogue';
import { mattersOf } from './matter';

interface PolicySource {
  name: string;
}

/** Beside these, a policy may name its own. */
const knownChannels: readonly string[] = ['scayle', 'orocommerce', 'sfmc', 'telephone'];

/** What every detector reads. */
const COMMON: readonly (keyof DetectorPolicy)[] = ['graceSeconds', 'severity', 'enabled', 'owner'];

/** What a policy may say of a detector, and what a scope of it can be told by. */
export interface Known {
  reads: ReadonlySet<keyof DetectorPolicy>;
  dimensions: ReadonlySet<Dimension>;
}

/**
 * As parsed from YAML or JSON. `sources` null: they are not known yet, and whatever names one is believed.
 * Throws `DocumentRefused`, and nothing else.
 */
export function checkedPolicy(document: unknown, sources: readonly PolicySource[] | null): Policy {
  const parsed = policySchema.safeParse(document ?? {});
  if (!parsed.success)
    throw new DocumentRefused(
      'policy-invalid',
      parsed.error.issues.map(({ path, message }) => ({ path: placeOf(path), message })),
    );
  const policy = parsed.data;
  const known = knownDetectors();
  const scopes = policy.scopes ?? [];
  const problems = [
    ...detectorProblems(policy.detectors, 'detectors', known),
    ...scopes.flatMap((scope, index) => scopeProblems(scope, `scopes[${index}]`, known, policy, sources)),
    ...ambiguities(scopes),
    ...feedProblems(policy, sources),
  ];
  if (problems.length > 0) throw new DocumentRefused('policy-invalid', problems);
  return policy;
}

/** A code may have several detectors, each on another kind of case. */
export function knownDetectors(): Map<string, Known> {
  const known = new Map<string, { reads: Set<keyof DetectorPolicy>; dimensions: Set<Dimension> }>();
  for (const { code, on, reads = {}, parts = [] } of catalogue) {
    const one = known.get(code) ?? { reads: new Set(COMMON), dimensions: new Set<Dimension>() };
    for (const setting of Object.keys(reads) as Setting[]) one.reads.add(setting);
    for (const dimension of [...mattersOf[on], ...parts]) one.dimensions.add(dimension);
    known.set(code, one);
  }
  return known;
}

function detectorProblems(
  detectors: Policy['detectors'],
  place: string,
  known: ReadonlyMap<string, Known>,
): Problem[] {
  return Object.entries(detectors).flatMap(([code, said]) => {
    const path = `${place}.${code}`;
    const detector = known.get(code);
    if (!detector) {
      const codes = [...known.keys()];
      const message = `no such detector; there are: ${codes.join(', ')}`;
      return [{ path, message, word: { said: code, known: codes } }];
    }
    const unread = (Object.keys(said) as Setting[]).filter((setting) => !detector.reads.has(setting));
    return unread.map((setting) => ({
      path: `${path}.${setting}`,
      message: `is nothing that ${code} reads; it reads ${[...detector.reads].join(', ')}`,
    }));
  });
}

function scopeProblems(
  scope: Scope,
  place: string,
  known: ReadonlyMap<string, Known>,
  { channels = [] }: Policy,
  sources: readonly PolicySource[] | null,
): Problem[] {
  const { match, owner, detectors } = scope;
  const problems = detectorProblems(detectors, `${place}.detectors`, known);
  const { names } = shapeOf(scope);
  for (const code of Object.keys(detectors)) {
    const detector = known.get(code);
    const missing = detector ? names.filter((name) => !detector.dimensions.has(name)) : [];
    if (detector && missing.length > 0) {
      const has = [...detector.dimensions].join(', ');
      problems.push({
        path: `${place}.detectors.${code}`,
        message: `its drifts have no ${missing.join(' and no ')}, so this scope never holds for them; they can be told by ${has === '' ? 'nothing' : has}`,
      });
    }
  }
  if (owner === undefined && Object.keys(detectors).length === 0)
    problems.push({ path: place, message: 'says nothing: give it an owner, detectors, or both' });
  const allChannels = [...knownChannels, ...channels];
  if (match.channel !== undefined && !allChannels.includes(match.channel)) {
    problems.push({
      path: `${place}.match.channel`,
      message: `no channel is named ${match.channel}; there are: ${allChannels.join(', ')}; name others in channels`,
      word: { said: match.channel, known: allChannels },
    });
  }
  if (match.source !== undefined)
    problems.push(...sourceProblems(match.source, `${place}.match.source`, sources));
  return problems;
}

function sourceProblems(name: string, path: string, sources: readonly PolicySource[] | null): Problem[] {
  if (sources === null || sources.some((source) => source.name === name)) return [];
  const names = sources.map((source) => source.name).sort();
  const there = names.length === 0 ? 'none is configured' : `there are: ${names.join(', ')}`;
  return [{ path, message: `no source is named ${name}; ${there}`, word: { said: name, known: names } }];
}

/** What is said twice of the same things, and not the same. */
function ambiguities(scopes: readonly Scope[]): Problem[] {
  const first = new Map<string, { value: unknown; index: number }>();
  return scopes.flatMap((scope, index) => {
    const key = JSON.stringify([shapeOf(scope), matchKey(scope)]);
    return leaves(scope).flatMap(([place, value]) => {
      const said = first.get(`${key} ${place}`);
      if (said === undefined) first.set(`${key} ${place}`, { value, index });
      if (said === undefined || said.value === value) return [];
      return [
        {
          path: `scopes[${index}].${place}`,
          message: `is ambiguous: scopes[${said.index}] matches the same and says ${JSON.stringify(said.value)}; keep one of them`,
        },
      ];
    });
  });
}

function leaves({ owner, detectors }: Scope): [string, unknown][] {
  const own: [string, unknown][] = owner === undefined ? [] : [['owner', owner]];
  const others = Object.entries(detectors).flatMap(([code, said]) =>
    Object.entries(said).map(([setting, value]): [string, unknown] => [
      `detectors.${code}.${setting}`,
      value,
    ]),
  );
  return [...own, ...others];
}

function feedProblems({ feeds }: Policy, sources: readonly PolicySource[] | null): Problem[] {
  return Object.keys(feeds).flatMap((feed) => {
    const [name = '', stream] = feed.split('/', 2);
    const path = `feeds.${feed}`;
    if (stream === '') return [{ path, message: `names no stream; write ${name} for the source as a whole` }];
    return sourceProblems(name, path, sources);
  });
}
