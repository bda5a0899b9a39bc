import { type Money, currencyDigits, formatDecimal } from '../domain/exact';

/** Currencies are never added up. */
export function atRisk(amounts: readonly (Money | null)[], units: string | null): string {
  const sums = new Map<string, number>();
  for (const amount of amounts)
    if (amount) sums.set(amount.currency, (sums.get(amount.currency) ?? 0) + amount.minor);
  const parts = [...sums].map(
    ([currency, minor]) => `${currency} ${formatDecimal(minor, currencyDigits(currency))}`,
  );
  if (units !== null) parts.push(`${units} units`);
  return parts.length === 0 ? 'not known' : parts.join(' · ');
}
