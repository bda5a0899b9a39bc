/** The reference pages, by their paths. */
import { catalogue } from '../../domain/drift/catalogue';
import { knownDetectors } from '../../domain/drift/checked-policy';
import { CUSTOM } from '../../domain/sources/custom';
import { nativeKinds } from '../../domain/sources/native-kinds';
import { customPage } from './custom-page';
import { detectorPage } from './detector-page';
import { GENERATED, code, codes, duration, page, table } from './markdown';
import { sourcePage } from './source-page';

const FOLDER = 'docs/reference';

export async function referencePages(): Promise<Map<string, string>> {
  const files = new Map([[`${FOLDER}/README.md`, index()]]);
  for (const kind of nativeKinds) files.set(`${FOLDER}/sources/${kind.kind}.md`, sourcePage(kind));
  files.set(`${FOLDER}/sources/${CUSTOM}.md`, customPage());
  const detectors = detectorsByCode();
  const pages = new Set(detectors.keys());
  for (const [name, known] of knownDetectors()) {
    const [first, ...others] = detectors.get(name) ?? [];
    if (first)
      files.set(`${FOLDER}/detectors/${name}.md`, await detectorPage([first, ...others], known, pages));
  }
  return files;
}

type AnyDetector = (typeof catalogue)[number];

/** In the order of the catalogue. */
function detectorsByCode(): Map<string, AnyDetector[]> {
  const groups = new Map<string, AnyDetector[]>();
  for (const each of catalogue) groups.set(each.code, [...(groups.get(each.code) ?? []), each]);
  return groups;
}

function index(): string {
  const detectors = [...detectorsByCode()];
  return page(
    '# Reference',
    GENERATED,
    '## Sources',
    table(
      ['kind', 'messages'],
      [
        ...nativeKinds.map(({ kind, messages }) => [
          `[${code(kind)}](sources/${kind}.md)`,
          codes(messages.map(({ type }) => type)),
        ]),
        [`[${code(CUSTOM)}](sources/${CUSTOM}.md)`, 'any JSON, read by expressions in its settings'],
      ],
    ),
    '## Detectors',
    'What was decided where two readings were possible stands in [detectors.md](../detectors.md).',
    table(
      ['detector', 'opens when', 'severity', 'grace'],
      detectors.map(([name, [first]]) => [
        `[${code(name)}](detectors/${name}.md)`,
        first?.meaning ?? '',
        first?.severity ?? '',
        duration(first?.graceSeconds ?? 0),
      ]),
    ),
  );
}
