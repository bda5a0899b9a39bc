import { divRound } from '../arithmetic';
import { customersOf } from '../master/customers';
import type { Channel, Customer } from '../master/customers';
import type { Item } from '../master/items';
import { factorOf, priceOf, taxCodeOf } from '../master/prices';
import type { Uom } from '../master/prices';
import type { Random } from '../random';
import type { Scene } from '../scene';
import { WAREHOUSES } from './order';
import type { Order, OrderLine, Warehouse } from './order';

/** What a script needs of the order that it happens to; anything left out is drawn. */
export interface Wish {
  terms?: 'prepaid' | 'account';
  channel?: Channel;
  /** Stocked lines, kits not counted. */
  lineCount?: number;
  kit?: 'order' | 'warehouse' | 'none';
  /** `pieces`: every line in EA; `cases`: the first line in CASE. */
  uom?: 'pieces' | 'cases';
  /** Units of the first line at least, or exactly. */
  unitsAtLeast?: number;
  unitsExactly?: number;
  servicesOnly?: boolean;
  delivery?: boolean;
  /** One more charge, which the books have no item for. */
  charge?: 'unknown';
  /** One more line with each of these. */
  extra?: Item[];
  twoWarehouses?: boolean;
  discount?: boolean;
}

type Chosen = { item: Item; units: number; uom: Uom; warehouse: Warehouse };

/** Draws an order; `anyItem` also allows the items that stock faults own. */
export function drawOrder(scene: Scene, wish: Wish, orderedAt: number, anyItem: boolean): Order {
  const { random, numbers } = scene;
  const customer = drawCustomer(scene, wish);
  const chosen = wish.servicesOnly ? [] : drawGoods(scene, wish, customer, anyItem);
  const lines = chosen.map((goods, index) => priced(random, goods, customer, index + 1, wish.discount));
  const add = (item: Item) => lines.push(serviceLine(item, customer, lines.length + 1));
  if (wish.servicesOnly || (customer.terms === 'prepaid' && random.chance(60))) add(scene.catalogue.warranty);
  if (wish.delivery ?? (!wish.servicesOnly && customer.terms === 'prepaid' && random.chance(700))) {
    add(scene.catalogue.delivery);
  }
  if (wish.charge) add(scene.catalogue.engraving);
  return {
    orderNo: numbers.next('SO', 100_901),
    externalRef: externalRef(scene, customer.channel),
    channel: customer.channel,
    customer,
    currency: customer.currency,
    orderedAt,
    lines,
    version: 0,
  };
}

function drawCustomer(scene: Scene, wish: Wish): Customer {
  const terms = wish.terms ?? (scene.random.chance(780) ? 'prepaid' : 'account');
  const group = customersOf(scene.customers, terms);
  const fitting = group.filter((c) => wish.channel === undefined || c.channel === wish.channel);
  return scene.random.pick(fitting.length > 0 ? fitting : group);
}

function externalRef(scene: Scene, channel: Channel): string | null {
  if (channel === 'telephone') return null;
  return channel === 'scayle' ? scene.numbers.next('SC-', 200_001) : scene.numbers.next('FR', 1_012_401);
}

function drawGoods(scene: Scene, wish: Wish, customer: Customer, anyItem: boolean): Chosen[] {
  const { random, catalogue } = scene;
  const pool = anyItem ? [...catalogue.general, ...catalogue.reserved] : catalogue.general;
  const count = wish.lineCount ?? random.pick([1, 1, 1, 2, 2, 3, 4, 5]);
  const items = random.sample(pool, count);
  if (wish.uom === 'cases') items[0] = caseItem(random, pool, items);
  items.push(...(wish.extra ?? []));
  const home: Warehouse = random.chance(750) ? 'UK1' : 'UK2';
  const away: Warehouse = home === 'UK1' ? 'UK2' : 'UK1';
  const split = wish.twoWarehouses ?? random.chance(50);
  const chosen = items.map((item, index): Chosen => {
    const byCase = index === 0 && wish.uom === 'cases';
    const bulk = byCase || (wish.uom === undefined && customer.terms !== 'prepaid' && random.chance(500));
    const uom: Uom = bulk && item.caseFactor !== null ? 'CASE' : 'EA';
    const drawn = uom === 'CASE' ? random.int(1, 4) : random.pick([1, 1, 1, 2, 2, 3, 5]);
    const units = index === 0 ? (wish.unitsExactly ?? Math.max(drawn, wish.unitsAtLeast ?? 1)) : drawn;
    return { item, units, uom, warehouse: split && index % 2 === 1 ? away : home };
  });
  return [...chosen, ...drawKit(scene, wish, home)];
}

function caseItem(random: Random, pool: Item[], taken: Item[]): Item {
  return random.pick(pool.filter((item) => item.caseFactor !== null && !taken.slice(1).includes(item)));
}

/** A kit that Prima explodes becomes its components here; one that the warehouse explodes stays one line. */
function drawKit(scene: Scene, wish: Wish, warehouse: Warehouse): Chosen[] {
  const { random, catalogue } = scene;
  const where = wish.kit ?? (random.chance(40) ? 'order' : random.chance(40) ? 'warehouse' : 'none');
  if (where === 'none') return [];
  const units = random.int(1, 3);
  const kit = random.pick(where === 'order' ? catalogue.orderKits : catalogue.warehouseKits);
  if (where === 'warehouse') return [{ item: kit, units, uom: 'EA', warehouse }];
  return (kit.kit?.components ?? []).map(({ item, quantity }) => ({
    item,
    units: units * quantity,
    uom: 'EA',
    warehouse,
  }));
}

function priced(
  random: Random,
  goods: Chosen,
  customer: Customer,
  lineNo: number,
  discounted?: boolean,
): OrderLine {
  const { item, units, uom } = goods;
  const unitPrice = priceOf(item, customer.priceList, customer.currency, uom);
  const full = unitPrice * units;
  const discount = (discounted ?? random.chance(100)) ? divRound(full, 10) : 0;
  return {
    lineNo,
    ...goods,
    factor: factorOf(item, uom),
    unitPrice,
    discount,
    net: full - discount,
    tax: taxCodeOf(item, customer.country),
    nonStock: false,
    invoiced: { units: 0, net: 0 },
  };
}

function serviceLine(item: Item, customer: Customer, lineNo: number): OrderLine {
  const unitPrice = item.price[customer.currency];
  return {
    lineNo,
    item,
    units: 1,
    uom: 'EA',
    factor: 1,
    unitPrice,
    discount: 0,
    net: unitPrice,
    tax: taxCodeOf(item, customer.country),
    nonStock: true,
    warehouse: WAREHOUSES[0] as Warehouse,
    invoiced: { units: 0, net: 0 },
  };
}
