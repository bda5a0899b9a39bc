/** The same messages as they may arrive otherwise; what each message says stays true. */
import { checkedMapping } from '../../src/domain/mapping/check';
import { Mappings } from '../../src/domain/mapping/mappings';
import type { Delivery, World } from '../../src/simulator';
import { Random } from '../../src/simulator/random';
import type { Telling } from './fold-world';

export const manners = ['as told', 'shuffled', 'polled later', 'renamed'] as const;
export type Manner = (typeof manners)[number];

export interface Told extends Telling {
  deliveries: Delivery[];
}

const HOUR = 3_600_000;
const BLOCK = 40;

export function deliveriesOf(world: World, manner: Manner, seed: number): Told {
  const deliveries = [...world.messages()];
  if (manner === 'shuffled') return shuffled(world, deliveries, seed);
  if (manner === 'polled later') return { deliveries: polledLater(deliveries, seed), block: BLOCK };
  if (manner === 'renamed') return renamed(world, deliveries);
  // The simulator delivers late, repeatedly, and some in another notation.
  return { deliveries, block: BLOCK };
}

/** Without any order, all of it within the last hour. */
function shuffled(world: World, deliveries: Delivery[], seed: number): Told {
  const stepMs = Math.floor(HOUR / Math.ceil(deliveries.length / (4 * BLOCK) + 1));
  return {
    deliveries: new Random(seed).shuffled(deliveries),
    block: 4 * BLOCK,
    received: { from: world.endAt - HOUR, stepMs },
  };
}

/** One in twelve is lost, with every repeat of it, and fetched at the end in another notation. */
function polledLater(deliveries: Delivery[], seed: number): Delivery[] {
  const random = new Random(seed);
  const lost = new Map<string, boolean>();
  const isLost = ({ source, body, faultId }: Delivery): boolean => {
    // With its last word late, what falls silent would be behind as well.
    if (faultId !== undefined || source === 'middleware-legacy') return false;
    const text = JSON.stringify(JSON.parse(body));
    const known = lost.get(text) ?? random.chance(80);
    lost.set(text, known);
    return known;
  };
  const [held, arrived]: [Delivery[], Delivery[]] = [[], []];
  for (const delivery of deliveries) (isLost(delivery) ? held : arrived).push(delivery);
  return [
    ...arrived,
    ...held.map((each) => ({ ...each, body: JSON.stringify(JSON.parse(each.body), null, 1) })),
  ];
}

/**
 * In the middle of the day the warehouse renumbers a part of its articles, and calls what is available by another word. The mapping says since when.
 */
function renamed(world: World, deliveries: Delivery[]): Told {
  const at = world.startAt + 7 * HOUR;
  const skus = new Set(
    deliveries
      .filter(({ type, faultId }) => type === 'item.synchronised' && faultId === undefined)
      .map(({ body }) => (JSON.parse(body) as { sku: string }).sku),
  );
  const names = new Map(
    [...skus].sort().flatMap((sku, n) => (n % 5 === 0 ? [[sku, `WH ${sku}`] as const] : [])),
  );
  const validFrom = new Date(at).toISOString();
  const mapping = checkedMapping(
    {
      'sku-aliases': [...names].map(([to, from]) => ({ source: 'scend', from, to, validFrom })),
      'stock-status': [{ source: 'scend', from: 'pickable', to: 'available', validFrom }],
    },
    world.sources(),
  );
  const told = deliveries.map((delivery) => {
    if (delivery.source !== 'scend' || delivery.faultId !== undefined) return delivery;
    const message = JSON.parse(delivery.body) as Message;
    const clocks = [
      message.occurred_at,
      ...(message.lines ?? []).map((line) => line.as_of ?? message.occurred_at),
    ];
    if (clocks.some((clock) => Date.parse(clock) < at)) return delivery;
    return {
      ...delivery,
      body: JSON.stringify(message, (name, value: unknown) => reworded(name, value, names)),
    };
  });
  return { deliveries: told, block: BLOCK, mappings: new Mappings(mapping) };
}

interface Message {
  occurred_at: string;
  lines?: { as_of?: string }[];
}

function reworded(name: string, value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (name === 'sku' && typeof value === 'string') return names.get(value) ?? value;
  if ((name === 'status' || name === 'to_status') && value === 'available') return 'pickable';
  if (name !== 'statuses') return value;
  const { available, ...others } = value as Record<string, number>;
  return available === undefined ? value : { pickable: available, ...others };
}
