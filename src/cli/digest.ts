import { type Money, currencyDigits, formatDecimal } from '../domain/exact';
import type { Digest } from '../projections/digest';
import { ask } from './ask';
import { columns } from './columns';

export function runDigest({ json }: { json: boolean }): Promise<boolean> {
  return ask('/v1/digest', json, (body) => `${digestLines(body as Digest).join('\n')}\n`);
}

/** As people read it on a terminal. */
export function digestLines(digest: Digest): string[] {
  const { asOf, open, opened, resolved, accepted, ageing, detectors, stock } = digest;
  const aged = ageing.map(({ days, drifts, atRisk }) => [`${days} days`, String(drifts), money(atRisk)]);
  const found = detectors.map((each) => [
    each.detector,
    ...[each.open, each.opened, each.resolved].map(String),
    money(each.atRisk),
  ]);
  const share =
    stock.share === null
      ? 'stock does not differ'
      : `stock: ${(stock.share * 100).toFixed(1)} % of the difference explained (${stock.explained} units; ${stock.unexplained} are not)`;
  return [
    `As of ${asOf}: ${open} open, ${opened} new and ${resolved} resolved within a day, ${accepted} accepted`,
    `at risk: ${money(digest.atRisk)}`,
    `shipments in Scend without a fulfilment in Prima: ${digest.shipmentsWithoutFulfilment}`,
    share,
    '',
    ...table([['age', 'open', 'at risk'], ...aged]),
    '',
    ...table([['detector', 'open', 'new', 'resolved', 'at risk'], ...found]),
  ];
}

function table(rows: readonly (readonly string[])[]): string[] {
  return columns(rows).trimEnd().split('\n');
}

function money(amounts: readonly Money[]): string {
  return amounts
    .map(({ minor, currency }) => `${formatDecimal(minor, currencyDigits(currency))} ${currency}`)
    .join(', ');
}
