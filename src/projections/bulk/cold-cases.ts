import type { Wait } from '../../domain/drift/context';
import type { CaseRecord } from '../engine/records';
import { type StoredForm, caseRecord, stored } from '../rows';

/**
 * Cases that a rebuild has not touched for long, in the form in which they will be stored. As text a case takes a fifth of
 * the memory of its objects, the collector has nothing to walk through in it, and it is ready to be loaded.
 */
export class ColdCases {
  private readonly cases = new Map<string, StoredForm>();

  get size(): number {
    return this.cases.size;
  }

  put(record: CaseRecord): void {
    this.cases.set(record.key, stored(record));
  }

  /** Those of the cases that are here, which they no longer are. */
  take(keys: readonly string[]): CaseRecord[] {
    const records: CaseRecord[] = [];
    for (const key of keys) {
      const form = this.cases.get(key);
      if (!form) continue;
      this.cases.delete(key);
      const record = caseRecord(form.row);
      for (const drift of form.drifts) record.drifts.set(drift.anchor, drift);
      record.waits = form.waits;
      records.push(record);
    }
    return records;
  }

  waitsOf(key: string): readonly Wait[] | undefined {
    return this.cases.get(key)?.waits;
  }

  withDrifts(): string[] {
    const open = ({ drifts }: StoredForm) => drifts.some(({ status }) => status !== 'resolved');
    return [...this.cases].filter(([, form]) => open(form)).map(([key]) => key);
  }

  /** All of them; none is here afterwards. */
  drain(): StoredForm[] {
    const forms = [...this.cases.values()];
    this.cases.clear();
    return forms;
  }
}
