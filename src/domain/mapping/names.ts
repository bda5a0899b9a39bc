/** Names that stand for other names: an alias of an alias leads to where that one leads. */
import { DatedMap } from './dates';

export class Names extends DatedMap<string> {
  /** When all are added: those that always hold lead to their ends by one step. */
  settle(): void {
    const { always } = this;
    for (const name of always.keys()) {
      const path = [name];
      for (let next = always.get(name); next !== undefined; next = always.get(next)) path.push(next);
      const end = path.pop() ?? name;
      for (const each of path) always.set(each, end);
    }
  }

  /** What a name stood for at an instant; itself, where nothing is said of it. */
  end(name: string, at: number): string {
    if (!this.hasDates) return this.always.get(name) ?? name;
    let last = name;
    for (let next = this.find(last, at); next !== undefined; next = this.find(last, at)) last = next;
    return last;
  }
}
