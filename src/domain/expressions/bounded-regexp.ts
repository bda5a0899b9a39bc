import { meter } from './meter';
import { regexCost, type RegexCost } from './regex-cost';

const costs = new WeakMap<RegExp, RegexCost>();
/** Tries of the matcher that take as long as one step of the evaluator. */
const TRIES = 64;

/** What the evaluator makes of a regular expression: each match is paid for before it runs. */
export class BoundedRegExp {
  lastIndex = 0;
  private readonly cost: RegexCost;

  constructor(private readonly regexp: RegExp) {
    let cost = costs.get(regexp);
    if (!cost) costs.set(regexp, (cost = regexCost(regexp)));
    this.cost = cost;
  }

  exec(text: string): RegExpExecArray | null {
    const { degree, factor, length } = this.cost;
    meter().spend(1 + Math.ceil((factor * length * (text.length + 1) ** degree) / TRIES));
    this.regexp.lastIndex = this.lastIndex;
    const match = this.regexp.exec(text);
    this.lastIndex = this.regexp.lastIndex;
    return match;
  }
}
