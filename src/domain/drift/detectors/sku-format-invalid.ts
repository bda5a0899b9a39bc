import { earliest, sourceOf } from '../../cases/held';
import type { ProductState } from '../../cases/product';
import { type SkuFormat, graceMs, skuFormat } from '../../policy';
import { detector } from '../detector';
import { hours, item } from '../examples';
import { type Finding, NO_FINDINGS, divergedAt } from '../finding';

const CODE = 'sku-format-invalid';

export const skuFormatInvalid = detector({
  code: CODE,
  on: 'product',
  meaning: "A SKU breaks the policy's format: characters that are not allowed, or too many of them.",
  severity: 'medium',
  graceSeconds: 0,
  causes: ['characters', 'length'],
  supersedes: ['sku-not-in-warehouse'],
  detect(state, context): readonly Finding[] {
    const format = skuFormat(context.policy);
    if (fits(state.sku, format)) return NO_FINDINGS;
    const first = firstFact(state);
    if (first === null) return NO_FINDINGS;
    const dueAt = first.at + graceMs(context.policy, CODE, 0);
    if (!context.due(dueAt)) return NO_FINDINGS;
    const wrong = [...new Set(state.sku)].filter((char) => !isAllowed(char.charCodeAt(0), format));
    const allowed = `1 to ${format.maxLength} of A–Z, a–z, 0–9 and ${format.characters}`;
    const system = sourceOf(first);
    return [
      {
        subject: { kind: 'product', id: state.sku },
        discriminator: '',
        since: first.at,
        dueAt,
        sides: [
          { system, value: { sku: state.sku }, fact: first.fact },
          { system: 'tallystick', value: { allowed }, fact: null },
        ],
        difference: wrong.length > 0 ? { characters: wrong } : { length: state.sku.length },
        explained: [],
        amountAtRisk: null,
        unitsAtRisk: null,
        cause:
          wrong.length > 0
            ? {
                code: 'characters',
                detail: `${JSON.stringify(state.sku)} has ${JSON.stringify(wrong.join(''))}`,
              }
            : { code: 'length', detail: `${state.sku.length} characters` },
        divergence: divergedAt(first),
        fixes: [
          {
            kind: 'correct',
            system,
            text: `Give the article a SKU of ${allowed} in ${system}, or an alias in the table sku-aliases.`,
          },
        ],
      },
    ];
  },
  examples: {
    opens: {
      facts: [item(hours(0), { sku: 'BAG 10157' })],
      at: hours(0),
      subject: 'product:BAG 10157',
      cause: 'characters',
    },
    // As long as it may be, with every kind of character that it may have.
    staysClosed: { facts: [item(hours(0), { sku: `Bag-1_0.${'x'.repeat(32)}` })], at: hours(0) },
    resolves: { replay: [item(hours(0), { sku: 'BAG-10157' })] },
  },
});

function fits(sku: string, format: SkuFormat): boolean {
  if (sku.length > format.maxLength) return false;
  for (let i = 0; i < sku.length; i++) if (!isAllowed(sku.charCodeAt(i), format)) return false;
  return true;
}

function isAllowed(char: number, { characters }: SkuFormat): boolean {
  return (
    (char >= 97 && char <= 122) ||
    (char >= 65 && char <= 90) ||
    (char >= 48 && char <= 57) ||
    characters.includes(String.fromCharCode(char))
  );
}

/** Null where the SKU is only named by others: what names it tells of it. */
function firstFact(state: ProductState) {
  return earliest<unknown>([
    ...state.items,
    ...state.synchronised,
    ...state.boms,
    ...state.prices,
    ...state.transmissions,
  ]);
}
