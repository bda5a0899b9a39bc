/**
 * Counts what code does instead of timing it: how often each block of `src` is entered, as V8 counts for coverage, and how many
 * characters, elements and bytes are given to what V8 and Node do natively. The count is the same on every machine, and nothing
 * of it stands in the code that is counted.
 */
import { Session } from 'node:inspector/promises';

/** What a call looked at, by what it was called on, what it was given, and what came of it. */
type Size = (self: { length: number }, args: readonly unknown[], result: unknown) => number;

const whole: Size = ({ length }) => length;
const result: Size = (_self, _args, value) => (value as { length: number }).length;
/** From where it was told to look to what it found, or to the end. */
const found: Size = ({ length }, [, from], at) =>
  Math.abs((at === -1 ? length : Number(at)) - Number(from ?? 0));
const foundBackwards: Size = ({ length }, _args, at) => length - Number(at);

type Natives = readonly [prototype: object, size: Size, names: readonly string[]];

const natives: readonly Natives[] = [
  [String.prototype, found, ['indexOf']],
  [String.prototype, foundBackwards, ['lastIndexOf']],
  [
    String.prototype,
    whole,
    ['includes', 'replace', 'replaceAll', 'split', 'trim', 'normalize', 'isWellFormed'],
  ],
  [String.prototype, whole, ['toWellFormed', 'toLowerCase', 'toUpperCase', 'trimEnd', 'trimStart']],
  [Array.prototype, found, ['indexOf']],
  [Array.prototype, whole, ['includes', 'concat', 'join', 'splice', 'shift', 'unshift']],
  [Array.prototype, result, ['slice']],
  [Buffer.prototype, found, ['indexOf']],
  [Buffer.prototype, foundBackwards, ['lastIndexOf']],
  [Buffer.prototype, result, ['toString']],
  [Buffer, result, ['concat']],
  [JSON, (_self, [text]) => (text as string).length, ['parse']],
  [JSON, (_self, _args, text) => (text as string | undefined)?.length ?? 0, ['stringify']],
];

const SHORT = 1_000;

export interface Counted {
  steps: number;
  /** The regular expressions that were given a text of more than 1,000 characters: what they do with it is not counted. */
  patterns: ReadonlySet<string>;
}

export class StepCounter {
  private readonly session = new Session();

  /** To be called before any function that is counted has run. */
  async start(): Promise<void> {
    this.session.connect();
    await this.session.post('Profiler.enable');
    await this.session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  async stop(): Promise<void> {
    await this.session.post('Profiler.stopPreciseCoverage');
    this.session.disconnect();
  }

  async count(work: () => void): Promise<Counted> {
    await this.blocks();
    const native = { steps: 0 };
    const patterns = new Set<string>();
    const restore = [countNatives(native), countPatterns(native, patterns)];
    try {
      work();
    } finally {
      for (const each of restore) each();
    }
    return { steps: native.steps + (await this.blocks()), patterns };
  }

  /** Entered since the last time. */
  private async blocks(): Promise<number> {
    const { result: scripts } = await this.session.post('Profiler.takePreciseCoverage');
    let count = 0;
    for (const { url, functions } of scripts) {
      if (!url.includes('/src/')) continue;
      for (const { ranges } of functions) for (const range of ranges) count += range.count;
    }
    return count;
  }
}

function countNatives(counted: { steps: number }): () => void {
  const originals: (() => void)[] = [];
  for (const [owner, size, names] of natives) {
    for (const name of names) {
      const original = Reflect.get(owner, name) as (...args: unknown[]) => unknown;
      const replacement = function (this: { length: number }, ...args: unknown[]): unknown {
        const value = original.apply(this, args);
        counted.steps += size(this, args, value);
        return value;
      };
      originals.push(replaced(owner, name, replacement));
    }
  }
  return () => {
    for (const restore of originals) restore();
  };
}

/** All that regular expressions do goes by `exec`, once it is not the one that V8 knows. */
function countPatterns(counted: { steps: number }, patterns: Set<string>): () => void {
  const exec: (this: RegExp, text: string) => RegExpExecArray | null = Reflect.get(RegExp.prototype, 'exec');
  return replaced(RegExp.prototype, 'exec', function (this: RegExp, text: string): RegExpExecArray | null {
    const from = this.global || this.sticky ? this.lastIndex : 0;
    const match = exec.call(this, text);
    const to = match ? match.index + match[0].length : this.sticky ? from : text.length;
    counted.steps += 1 + to - from;
    if (text.length > SHORT) patterns.add(String(this));
    return match;
  });
}

function replaced(owner: object, name: string, replacement: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { value: replacement, writable: true, configurable: true });
  return () => {
    if (before) Object.defineProperty(owner, name, before);
    else Reflect.deleteProperty(owner, name);
  };
}
