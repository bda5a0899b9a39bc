import type { Body } from '../../facts/canonical';
import { sourceOf } from '../../cases/held';
import { type OrderState, orderSubject, salesOrderOf } from '../../cases/order';
import { graceMs } from '../../policy';
import type { DetectContext } from '../context';
import { detector } from '../detector';
import { customer, hours, item, orderLine, revised, salesOrder, taxCode } from '../examples';
import { type Finding, NO_FINDINGS, divergedAt } from '../finding';
import { isCancelled } from './shared';

const CODE = 'tax-code-missing';
const TAX_CODES = { kind: 'prima', stream: 'TaxCode' };
const basics = [customer(hours(-9)), item(hours(-9)), taxCode(hours(-9), 'DE-S')];
const taxed = (code: string | null) => salesOrder(hours(0), { lines: [{ ...orderLine, taxCode: code }] });

type Line = Body<'sales-order'>['lines'][number];

export const taxCodeMissing = detector({
  code: CODE,
  on: 'order',
  meaning: 'An order line in Prima has no tax code, or one that the TaxCode documents do not have.',
  severity: 'high',
  graceSeconds: 0,
  parts: ['sku'],
  causes: ['no-code', 'unknown-code'],
  supersedes: [],
  detect(state, context): readonly Finding[] {
    const order = salesOrderOf(state);
    if (order === null || allDefined(state, context) || isCancelled(state)) return NO_FINDINGS;
    const findings: Finding[] = [];
    for (const line of order.value.lines) {
      if (isDefined(line, context)) continue;
      const { taxCode: code, lineNo, sku } = line;
      const matter = { sku };
      const dueAt = order.at + graceMs(context.policyOf(matter), CODE, 0);
      // A code may be defined by a document that is still to come; nobody sends the code of a line later.
      if (code === null ? !context.due(dueAt) : !context.missing(order.at, dueAt, TAX_CODES)) continue;
      const system = sourceOf(order);
      findings.push({
        subject: { kind: 'order', id: orderSubject(state) },
        discriminator: String(lineNo),
        matter,
        since: order.at,
        dueAt,
        sides: [
          { system, value: { line: lineNo, sku, taxCode: code }, fact: order.fact },
          { system, value: null, fact: null },
        ],
        difference: code === null ? 'no tax code' : 'undefined tax code',
        explained: [],
        amountAtRisk: { minor: Math.abs(line.net), currency: order.value.currency },
        unitsAtRisk: null,
        cause:
          code === null
            ? { code: 'no-code', about: sku, detail: `line ${lineNo} (${sku}) has no tax code` }
            : {
                code: 'unknown-code',
                about: code,
                detail: `no TaxCode document defines ${code} of line ${lineNo} (${sku})`,
              },
        divergence: divergedAt(order),
        fixes: [
          {
            kind: 'correct',
            system: 'prima',
            text:
              code === null
                ? `Give line ${lineNo} of order ${state.orderNo} its tax code.`
                : `Correct the tax code of line ${lineNo} of order ${state.orderNo}, define ${code}, or map it in the table tax-codes.`,
          },
        ],
      });
    }
    return findings;
  },
  examples: {
    opens: { facts: [...basics, taxed(null)], at: hours(0), subject: 'order:SC-1', cause: 'no-code' },
    staysClosed: { facts: [...basics, taxed('DE-S')], at: hours(0) },
    resolves: { by: [revised(taxed('DE-S'))] },
  },
});

function allDefined(state: OrderState, context: DetectContext): boolean {
  const lines = salesOrderOf(state)?.value.lines ?? [];
  for (const line of lines) if (!isDefined(line, context)) return false;
  return true;
}

/** Where no document defines any code, none can be told apart from those that are defined. */
function isDefined({ taxCode: code }: Line, context: DetectContext): boolean {
  return code !== null && context.isTaxCode(code) !== false;
}
