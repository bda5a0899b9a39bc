import type { Body } from '../../facts/canonical';
import { type Held, earlier, sourceOf } from '../../cases/held';
import type { ProductState } from '../../cases/product';
import { formatQuantity } from '../../exact';
import { graceMs } from '../../policy';
import type { DetectContext } from '../context';
import { detector } from '../detector';
import { bom, hours, item } from '../examples';
import { type Finding, type Proposal, type Side, NO_FINDINGS, divergedAt } from '../finding';

const CODE = 'bom-mismatch';
const GRACE_SECONDS = 2 * 3600;
const ITEMS = { kind: 'prima', stream: 'Item' };
const kit = item(hours(-9), { sku: 'KIT-1', stockManaged: false });

type Bom = Held<Body<'bill-of-materials'>>;

export const bomMismatch = detector({
  code: CODE,
  on: 'product',
  meaning:
    "A kit's components or quantities differ between systems, a component does not exist in Prima, or the kit contains itself.",
  severity: 'high',
  graceSeconds: GRACE_SECONDS,
  causes: ['contains-itself', 'component-missing', 'components', 'quantities'],
  supersedes: [],
  detect(state, context): readonly Finding[] {
    if (state.boms.length === 0) return NO_FINDINGS;
    const findings: Finding[] = [];
    for (const held of state.boms) addMissing(state, held, context, findings);
    if (state.boms.length > 1) addDiffering(state, context, findings);
    return findings;
  },
  examples: {
    opens: {
      facts: [kit, item(hours(-9)), bom(hours(0), ['BAG-1', 'STRAP-1']), item(hours(2))],
      at: hours(2),
      subject: 'product:KIT-1',
      cause: 'component-missing',
    },
    // The component is written within the grace.
    staysClosed: {
      facts: [kit, item(hours(-9)), bom(hours(0), ['BAG-1', 'STRAP-1']), item(hours(2), { sku: 'STRAP-1' })],
      at: hours(2),
    },
    resolves: { by: [item(hours(3), { sku: 'STRAP-1' })] },
  },
});

/** Components that cannot be: the kit itself, and those that no item document defines. */
function addMissing(state: ProductState, held: Bom, context: DetectContext, findings: Finding[]): void {
  const dueAt = held.at + graceMs(context.policy, CODE, GRACE_SECONDS);
  for (const { sku, quantity } of held.value.components) {
    const self = sku === state.sku;
    if (!self && context.isItem(sku)) continue;
    if (self ? !context.due(dueAt) : !context.missing(held.at, dueAt, ITEMS)) continue;
    findings.push(
      finding(state, held, dueAt, {
        discriminator: `${sourceOf(held)}/${sku}`,
        value: { component: sku, quantity: formatQuantity(quantity) },
        other: self
          ? { system: sourceOf(held), value: { kit: state.sku }, fact: held.fact }
          : { system: 'prima', value: null, fact: null },
        difference: sku,
        cause: self
          ? {
              code: 'contains-itself',
              about: sku,
              detail: `${sku} is a component of itself and cannot be exploded`,
            }
          : {
              code: 'component-missing',
              about: sku,
              detail: `no Item document defines the component ${sku}`,
            },
        fix: self
          ? { kind: 'correct', system: sourceOf(held), text: `Take ${sku} out of its own bill of materials.` }
          : {
              kind: 'post',
              system: 'prima',
              text: `Create the item ${sku}, or correct the bill of materials of ${state.sku}.`,
            },
      }),
    );
  }
}

/** The first system's kit, by its name, beside each other's. */
function addDiffering(state: ProductState, context: DetectContext, findings: Finding[]): void {
  const [first, ...others] = [...state.boms].sort((a, b) => (a.key < b.key ? -1 : 1));
  if (!first) return;
  const own = partsOf(first);
  for (const held of others) {
    const parts = partsOf(held);
    const skus = [...new Set([...own.keys(), ...parts.keys()])].sort();
    const differing = skus.filter((sku) => own.get(sku) !== parts.get(sku));
    if (differing.length === 0) continue;
    const parted = earlier(first, held) > 0 ? first : held;
    const dueAt = parted.at + graceMs(context.policy, CODE, GRACE_SECONDS);
    if (!context.due(dueAt)) continue;
    const sameSkus = differing.every((sku) => own.has(sku) && parts.has(sku));
    findings.push(
      finding(state, parted, dueAt, {
        discriminator: sourceOf(held),
        value: Object.fromEntries([...own].map(([sku, quantity]) => [sku, formatQuantity(quantity)])),
        says: first,
        other: {
          system: sourceOf(held),
          value: Object.fromEntries([...parts].map(([sku, quantity]) => [sku, formatQuantity(quantity)])),
          fact: held.fact,
        },
        difference: differing.join(', '),
        cause: {
          code: sameSkus ? 'quantities' : 'components',
          about: state.sku,
          detail: `${sourceOf(first)} and ${sourceOf(held)} differ in ${differing.join(', ')}`,
        },
        fix: {
          kind: 'correct',
          system: sourceOf(held),
          text: `Make the bills of materials of ${state.sku} in ${sourceOf(first)} and ${sourceOf(held)} the same.`,
        },
      }),
    );
  }
}

function partsOf(held: Bom): Map<string, number> {
  return new Map(
    [...held.value.components]
      .sort((a, b) => (a.sku < b.sku ? -1 : 1))
      .map(({ sku, quantity }) => [sku, quantity]),
  );
}

interface Said {
  discriminator: string;
  value: Side['value'];
  /** Who says `value`, where that is not the fact since which the sides differ. */
  says?: Bom;
  other: Side;
  difference: string;
  cause: Finding['cause'];
  fix: Proposal;
}

function finding(state: ProductState, parted: Bom, dueAt: number, said: Said): Finding {
  const { fact } = said.says ?? parted;
  return {
    subject: { kind: 'product', id: state.sku },
    discriminator: said.discriminator,
    since: parted.at,
    dueAt,
    sides: [{ system: sourceOf(said.says ?? parted), value: said.value, fact }, said.other],
    difference: said.difference,
    explained: [],
    amountAtRisk: null,
    unitsAtRisk: null,
    cause: said.cause,
    divergence: divergedAt(parted),
    fixes: [said.fix],
  };
}
