/** The difference in full, section by section and page by page. */
import { type DiffParts, type Sides, compared } from './compare';
import { type DriftDifference, driftPage } from './drifts';
import { type FieldDifference, fieldDifferences } from './fields';
import { type MatchDifference, matchDifferences } from './matches';
import type { Page, Place } from './page';
import { type QuarantineDifference, quarantineDifferences } from './quarantine';
import { type CaseSection, scan } from './scan';
import { type StockDifference, stockDifferences } from './stock';

export interface SectionItems {
  drifts: DriftDifference;
  orders: FieldDifference;
  stock: StockDifference;
  matches: MatchDifference;
  quarantine: QuarantineDifference;
  products: FieldDifference;
  customers: FieldDifference;
  invoices: FieldDifference;
  feeds: FieldDifference;
  'channel-orders': FieldDifference;
}

export type Section = keyof SectionItems;

type CaseSections = { [S in Exclude<Section, 'drifts'>]: CaseSection<SectionItems[S]> };

const fieldsOf = (kind: string): CaseSection<FieldDifference> => ({
  kind,
  itemsOf: (_, cases) => cases.map(({ subject, before, after }) => fieldDifferences(subject, before, after)),
});

const caseSections: CaseSections = {
  orders: fieldsOf('order'),
  stock: { kind: 'stock', lookers: true, itemsOf: stockDifferences },
  matches: { kind: 'order', lookers: true, itemsOf: matchDifferences },
  quarantine: { kind: 'message', itemsOf: (_, cases) => quarantineDifferences(cases) },
  products: fieldsOf('product'),
  customers: fieldsOf('customer'),
  invoices: fieldsOf('invoice'),
  feeds: fieldsOf('feed'),
  'channel-orders': fieldsOf('channel-order'),
};

export const sectionNames = ['drifts', ...Object.keys(caseSections)] as [Section, ...Section[]];

export type DiffItem = SectionItems[Section];

/** Throws `GenerationRefused` as `compared` does. */
export function diffPage(
  parts: DiffParts,
  section: Section,
  place: Place | null,
  limit: number,
): Promise<Page<DiffItem>> {
  return compared(parts, (sides) => pageOf(sides, section, place, limit));
}

const PAGE = 500;

/** All of a section, as of one position. */
export async function eachDifference(
  parts: DiffParts,
  section: Section,
  tell: (items: DiffItem[]) => void | Promise<void>,
): Promise<void> {
  await compared(parts, async (sides) => {
    for (let place: Place | null = null; ;) {
      const page: Page<DiffItem> = await pageOf(sides, section, place, PAGE);
      await tell(page.items);
      if (page.place === null) return;
      place = page.place;
    }
  });
}

function pageOf(sides: Sides, section: Section, place: Place | null, limit: number): Promise<Page<DiffItem>> {
  if (section === 'drifts') return driftPage(sides, place, limit);
  return scan<DiffItem>(sides, caseSections[section], place, limit);
}
