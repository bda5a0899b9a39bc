/** One line of the table: what was measured, and what it is held against. */
export interface Figure {
  /** The row's name, as `--rows` takes it. */
  row: string;
  what: string;
  /** What the result is a ratio to, in words with its own number; null where the figure is absolute. */
  ceiling: string | null;
  result: string;
  measured: number;
  unit: Unit;
  better: 'higher' | 'lower';
  required: number;
  aim: number | null;
  /** Every run behind it, in the order in which they ran; the unit is in the name. */
  runs: Record<string, readonly number[]>;
  /** Why the figure does not count however good it is: the load was not reached, something went missing. */
  broken?: string;
}

export type Unit = 'ratio' | 'times' | 'ms' | 's' | 'MiB';

export function passes({ measured, better, required, broken }: Figure): boolean {
  if (broken !== undefined) return false;
  return better === 'higher' ? measured >= required : measured <= required;
}

const SUFFIX: Record<Unit, string> = { ratio: '', times: ' ×', ms: ' ms', s: ' s', MiB: ' MiB' };

export function withUnit(value: number, unit: Unit): string {
  const digits = unit === 'ratio' || unit === 'times' || unit === 's' ? 2 : value < 10 ? 1 : 0;
  return `${value.toFixed(digits)}${SUFFIX[unit]}`;
}

/** `98,214` */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-GB');
}
