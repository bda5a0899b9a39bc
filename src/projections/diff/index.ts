/**
 * What changes if a generation takes the live one's place: drifts that open, close or say something else, in number, units
 * and money, cases that differ, messages that leave or enter quarantine. Computed in the database, read page by page.
 */
export { CountedAhead } from './counted-ahead';
export type { Change } from './drifts';
export { RememberedDiffs } from './remembered';
export {
  type DiffItem,
  type Section,
  type SectionItems,
  diffPage,
  eachDifference,
  sectionNames,
} from './sections';
export { type DiffSummary, type DriftChanges, diff } from './summary';
