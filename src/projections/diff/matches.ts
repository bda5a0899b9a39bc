/** Fulfilment against invoice, where it comes out otherwise. */
import type { CaseStates } from '../../domain/cases/kinds';
import { type Match, matchesOf } from '../../domain/cases/matches';
import { type OrderState, orderSubject } from '../../domain/cases/order';
import { formatQuantity } from '../../domain/exact';
import type { Sides } from './compare';
import type { DifferingCase } from './differing-cases';
import { type CaseChange, changeOf } from './fields';
import { statesOf } from './states';

export interface MatchDifference {
  change: CaseChange;
  order: string;
  invoiceNo: string | null;
  invoiceLine: number | null;
  fulfilmentNo: string | null;
  fulfilmentLine: number | null;
  before: MatchSide | null;
  after: MatchSide | null;
}

export interface MatchSide {
  sku: string;
  /** Decimal text, base units. */
  quantity: string;
  state: Match['state'];
}

export async function matchDifferences(
  sides: Sides,
  cases: readonly DifferingCase[],
): Promise<MatchDifference[][]> {
  const parsed = cases.map(({ before, after }) => ({ before: parse(before), after: parse(after) }));
  const [old, now] = [
    await matchesIn(
      sides,
      sides.before,
      parsed.map(({ before }) => before),
    ),
    await matchesIn(
      sides,
      sides.after,
      parsed.map(({ after }) => after),
    ),
  ];
  return parsed.map(({ before, after }, index) => {
    const some = after ?? before;
    return some ? differences(orderSubject(some), old[index] ?? [], now[index] ?? []) : [];
  });
}

async function matchesIn(
  { client }: Sides,
  schema: string,
  states: readonly (OrderState | null)[],
): Promise<Match[][]> {
  const keys = states.flatMap((state) => (state ? skusOf(state) : [])).map((sku) => `product:${sku}`);
  const products = await statesOf(client, schema, keys);
  const look = (sku: string) => (products.get(`product:${sku}`) ?? null) as CaseStates['product'] | null;
  return states.map((state) => (state ? matchesOf(state, look) : []));
}

function skusOf(state: OrderState): string[] {
  return [state.salesOrders, state.fulfilments, state.invoices].flatMap((slot) =>
    slot.flatMap(({ value }) => value.lines.map(({ sku }) => sku)),
  );
}

function differences(order: string, before: readonly Match[], after: readonly Match[]): MatchDifference[] {
  const [old, now] = [byPlace(before), byPlace(after)];
  return [...new Map([...old, ...now])].flatMap(
    ([place, { invoiceNo, invoiceLine, fulfilmentNo, fulfilmentLine }]) => {
      const [was, is] = [side(old.get(place)), side(now.get(place))];
      if (JSON.stringify(was) === JSON.stringify(is)) return [];
      const change = changeOf(was, is);
      return [
        { change, order, invoiceNo, invoiceLine, fulfilmentNo, fulfilmentLine, before: was, after: is },
      ];
    },
  );
}

/** Lines that claim each other; what nobody claims is one entry a line. */
function byPlace(matches: readonly Match[]): Map<string, Match> {
  return new Map(
    matches.map((match) => [
      JSON.stringify([match.invoiceNo, match.invoiceLine, match.fulfilmentNo, match.fulfilmentLine]),
      match,
    ]),
  );
}

function side(match: Match | undefined): MatchSide | null {
  return match ? { sku: match.sku, quantity: formatQuantity(match.quantity), state: match.state } : null;
}

function parse(state: string | null): OrderState | null {
  return state === null ? null : (JSON.parse(state) as OrderState);
}
