/**
 * What a regular expression can take on a text of n characters before it gives up: at most `factor` × n ^ `degree` ways, each
 * of `length` characters of the pattern. JavaScript's matcher tries them all and counts none, so what may take too many is
 * refused when the expression is configured, and the rest is paid for before it runs. `(a+)+` has no such bound and is
 * refused; `^[A-Z]+-\d+$` has degree 2.
 */
export interface RegexCost {
  degree: number;
  factor: number;
  length: number;
}

export class RegexRefused extends Error {}

const MAX_DEGREE = 4;
const MAX_FACTOR = 10_000;
const MAX_LENGTH = 10_000;
const QUANTIFIER = /[*+?]|\{(\d+)(,?)(\d*)\}/y;
const ONE: RegexCost = { degree: 0, factor: 1, length: 1 };

export function regexCost({ source, multiline }: RegExp): RegexCost {
  const reader = new Reader(source);
  const cost = reader.alternatives();
  if (!reader.done) throw new RegexRefused('has a bracket too many');
  // It is tried at every place of the text, unless it says where it begins.
  const anchored = source.startsWith('^') && !multiline && !reader.branches;
  return bounded(anchored ? cost : { ...cost, degree: cost.degree + 1 });
}

function bounded(cost: RegexCost): RegexCost {
  if (cost.degree > MAX_DEGREE) throw new RegexRefused('repeats too much without a limit');
  if (cost.factor > MAX_FACTOR) throw new RegexRefused('has too many alternatives');
  if (cost.length > MAX_LENGTH) throw new RegexRefused('is too long');
  return cost;
}

class Reader {
  private at = 0;
  private depth = 0;
  /** Alternatives outside every bracket. */
  branches = false;

  constructor(private readonly source: string) {}

  get done(): boolean {
    return this.at === this.source.length;
  }

  alternatives(): RegexCost {
    let cost = this.sequence();
    while (this.source[this.at] === '|') {
      this.at++;
      if (this.depth === 0) this.branches = true;
      const other = this.sequence();
      cost = bounded({
        degree: Math.max(cost.degree, other.degree),
        factor: cost.factor + other.factor,
        length: cost.length + other.length,
      });
    }
    return cost;
  }

  private sequence(): RegexCost {
    let cost = ONE;
    while (!this.done && this.source[this.at] !== '|' && this.source[this.at] !== ')') {
      const part = this.repeated(this.atom());
      cost = bounded({
        degree: cost.degree + part.degree,
        factor: cost.factor * part.factor,
        length: cost.length + part.length,
      });
    }
    return cost;
  }

  private atom(): RegexCost {
    const char = this.source[this.at++];
    if (char === '(') return this.group();
    if (char === '[') this.skipClass();
    if (char === '\\') {
      if (/[1-9k]/.test(this.source[this.at] ?? '')) throw new RegexRefused('refers back to a group');
      this.at++;
    }
    return ONE;
  }

  private group(): RegexCost {
    if (this.source[this.at] === '?') {
      if (!this.source.startsWith('?:', this.at)) throw new RegexRefused('uses (? other than (?:');
      this.at += 2;
    }
    this.depth++;
    const cost = this.alternatives();
    this.depth--;
    this.at++;
    return cost;
  }

  private skipClass(): void {
    while (!this.done && this.source[this.at] !== ']') this.at += this.source[this.at] === '\\' ? 2 : 1;
    this.at++;
  }

  private repeated(cost: RegexCost): RegexCost {
    // Whole, however many digits it has: one that was cut off would pass for no quantifier at all.
    QUANTIFIER.lastIndex = this.at;
    const [quantifier, least, comma, most] = QUANTIFIER.exec(this.source) ?? [''];
    if (quantifier === '') return cost;
    this.at += quantifier.length;
    if (this.source[this.at] === '?') this.at++;
    if (quantifier === '*' || quantifier === '+' || (comma === ',' && most === '')) {
      if (cost.degree > 0 || cost.factor > 1)
        throw new RegexRefused('repeats a choice without a limit, which can take for ever');
      return { ...cost, degree: 1 };
    }
    const from = quantifier === '?' ? 0 : Number(least);
    const to = quantifier === '?' ? 1 : Number(most === '' || most === undefined ? least : most);
    return bounded({
      degree: cost.degree * to,
      factor: (to - from + 1) * cost.factor ** to,
      length: cost.length * to,
    });
  }
}
