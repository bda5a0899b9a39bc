/** The simulator's own exact arithmetic: money in minor units of two-decimal currencies, rates in hundredths of a percent. */

/** a ÷ b to the nearest integer, halves away from zero; b > 0 and every term a safe integer. */
export function divRound(a: number, b: number): number {
  const magnitude = 2 * Math.abs(a) + b;
  const quotient = (magnitude - (magnitude % (2 * b))) / (2 * b);
  return a < 0 ? -quotient : quotient;
}

/** Tax on one line: rounded per line, as Prima does. `rate` 1900 is 19.00 %. */
export function taxOn(net: number, rate: number): number {
  return divRound(net * rate, 10_000);
}

/** 1250 → `"12.50"`, -5 → `"-0.05"`; also 1900 → `"19.00"` for rates. */
export function decimal(hundredths: number): string {
  const magnitude = Math.abs(hundredths);
  const fraction = magnitude % 100;
  const text = `${(magnitude - fraction) / 100}.${fraction < 10 ? '0' : ''}${fraction}`;
  return hundredths < 0 ? `-${text}` : text;
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
