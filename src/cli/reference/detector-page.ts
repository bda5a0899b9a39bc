/** One page for each code of the catalogue; detectors of one code on several kinds of case share it. */
import { supersededBy, type catalogue } from '../../domain/drift/catalogue';
import type { Known } from '../../domain/drift/checked-policy';
import type { Told } from '../../domain/drift/detector';
import type { Json } from '../../domain/drift/finding';
import { GENERATED, code, codes, duration, fence, page, table } from './markdown';
import { runExample } from './run-example';
import { time, toldTable } from './told-text';

type AnyDetector = (typeof catalogue)[number];

const ALIVE = '`OTHER` has nothing to do with it: it shows up to when its feed is current.';

/** `pages`: the codes that have one. */
export async function detectorPage(
  detectors: readonly [AnyDetector, ...AnyDetector[]],
  known: Known,
  pages: ReadonlySet<string>,
): Promise<string> {
  const [first] = detectors;
  const examples = await Promise.all(detectors.map((one) => exampleOf(one, detectors.length > 1)));
  const meanings = [...new Set(detectors.map(({ meaning }) => meaning))];
  return page(
    `# ${first.code}`,
    GENERATED,
    meanings.join('\n\n'),
    factsOf(detectors),
    '## Policy',
    policyOf(first, detectors, known),
    '## Causes',
    `The first that fits is told: ${codes(new Set(detectors.flatMap(({ causes }) => causes)))}.`,
    '## One fault, one alarm',
    precedence(detectors, pages),
    ...examples,
    '[All detectors](../README.md#detectors)',
  );
}

function factsOf(detectors: readonly AnyDetector[]): string {
  const subjects = new Set(detectors.map(({ examples }) => examples.opens.subject.replace(/:.*/s, '')));
  const [{ severity, graceSeconds } = { severity: '', graceSeconds: 0 }] = detectors;
  return table(
    ['subject', 'looked for in cases of kind', 'severity', 'grace'],
    [[codes(subjects), codes(new Set(detectors.map(({ on }) => on))), severity, duration(graceSeconds)]],
  );
}

function policyOf(
  first: AnyDetector,
  detectors: readonly AnyDetector[],
  { reads, dimensions }: Known,
): string {
  const defaults: Record<string, string> = {
    ...Object.fromEntries(detectors.flatMap((one) => Object.entries(one.reads ?? {}))),
    graceSeconds: String(first.graceSeconds),
    severity: first.severity,
    enabled: 'true',
    owner: "the policy's",
  };
  const rows = [...reads].map((setting) => [code(setting), defaults[setting] ?? '']);
  const told =
    dimensions.size === 0
      ? 'Its drifts can be told by nothing, so no scope holds for them.'
      : `A [scope](../../policy.md#scopes-and-which-goes-first) may match ${codes(dimensions)}.`;
  const setting = `policy:\n  detectors:\n    ${first.code}: { graceSeconds: ${first.graceSeconds}, severity: ${first.severity} }`;
  return [table(['setting', 'default'], rows), told, fence('yaml', setting)].join('\n\n');
}

function precedence(detectors: readonly AnyDetector[], pages: ReadonlySet<string>): string {
  const link = (name: string) => (pages.has(name) ? `[${code(name)}](${name}.md)` : code(name));
  const over = [...new Set(detectors.flatMap(({ supersedes }) => supersedes))];
  const under = [...(supersededBy.get(detectors[0]?.code ?? '') ?? [])];
  const says = (names: readonly string[]) => (names.length > 0 ? names.map(link).join(', ') : 'nothing');
  return [
    `- Its drifts make a consequence of, on the same subject: ${says(over)}.`,
    `- They are a consequence where there is one of: ${says(under)}.`,
  ].join('\n');
}

async function exampleOf(detector: AnyDetector, several: boolean): Promise<string> {
  const { opens, staysClosed, resolves } = detector.examples;
  const { finding, openedAt } = await runExample(detector);
  const { subject, cause, difference, explained, amountAtRisk, unitsAtRisk, divergence, fixes } = finding;
  const risk = amountAtRisk
    ? `${amountAtRisk.minor} minor units of ${amountAtRisk.currency}`
    : unitsAtRisk === null
      ? 'not known'
      : `${unitsAtRisk} units`;
  return [
    several ? `## Example, of kind ${detector.on} (${cause.code})` : '## Example',
    'Told in [the canonical vocabulary](../../schemas/canonical.json), without what is null; amounts are minor units.',
    toldTable(opens.facts),
    ...(JSON.stringify(opens.facts).includes('"OTHER"') ? [ALIVE] : []),
    `At ${time(opens.at)} it is open on ${code(`${subject.kind}:${subject.id}`)}, since ${time(openedAt)}:`,
    table(
      ['', ''],
      [
        ...finding.sides.map(({ system, value, fact }) => [
          `side: ${system}`,
          `${shown(value)}${fact === null ? '' : `, fact ${fact}`}`,
        ]),
        ['difference', shown(difference)],
        ...explained.map(({ reason, value }) => ['explained', `${value} ${code(reason)}`]),
        ['at risk', risk],
        ['cause', `${code(cause.code)}: ${cause.detail}`],
        ['parted', divergence === null ? 'not known' : `at fact ${divergence.fact}, ${time(divergence.at)}`],
        ...fixes.map(({ kind, system, text }) => ['what to do', `${text} (${code(kind)} in ${system})`]),
      ],
    ),
    `**The near miss.** At ${time(staysClosed.at)} nothing is open. ${changed(opens.facts, staysClosed.facts)}`,
    'replay' in resolves
      ? `**What resolves it.** The same facts, read by a corrected mapping. ${changed(opens.facts, resolves.replay)}`
      : `**What resolves it.**\n\n${toldTable(resolves.by, opens.facts.length + 1)}`,
  ].join('\n\n');
}

/** What is told otherwise than in the example that opens. */
function changed(from: readonly Told[], to: readonly Told[]): string {
  const texts = (facts: readonly Told[]) => new Set(facts.map((told) => JSON.stringify(told)));
  const [before, after] = [texts(from), texts(to)];
  const left = from.flatMap((told, index) => (after.has(JSON.stringify(told)) ? [] : [index + 1]));
  const more = to.filter((told) => !before.has(JSON.stringify(told)));
  const without = left.length > 0 ? ` without fact ${left.join(', ')}` : '';
  if (more.length === 0)
    return without === '' ? 'The facts are the same.' : `The facts are the same,${without}.`;
  return `The facts are the same,${without}${without ? ', and' : ' and'} with:\n\n${toldTable(more, from.length + 1)}`;
}

function shown(value: Json): string {
  if (value === null) return 'says nothing';
  return typeof value === 'string' ? value : code(JSON.stringify(value));
}
