import type { Random } from '../random';
import type { Currency } from './items';

export type Channel = 'scayle' | 'orocommerce' | 'telephone';

export interface Customer {
  account: string;
  name: string;
  email: string;
  channel: Channel;
  /** `prepaid`, or an account customer's terms. */
  terms: 'prepaid' | 'net_30' | 'net_14';
  currency: Currency;
  priceList: 'RETAIL' | 'TRADE';
  country: 'GB' | 'DE';
  serial: number;
}

export function createCustomers(random: Random, orders: number): Customer[] {
  const count = Math.min(180, Math.max(24, orders >> 2));
  return Array.from({ length: count }, (_, n) => {
    // The first dozen covers every combination whatever the seed; the rest is mostly retail.
    const kind = n < 12 ? n % 6 : random.pick([0, 0, 0, 0, 1, 2, 2, 3, 4, 5]);
    const german = n < 12 ? n % 2 === 1 : random.chance(350);
    const channel: Channel = kind < 2 ? 'scayle' : kind < 4 ? 'orocommerce' : 'telephone';
    const onAccount = kind === 2 || kind === 5 || (kind === 3 && n < 12 && n > 5);
    return {
      account: `C${String(n + 1).padStart(5, '0')}`,
      name: onAccount ? `Company ${n + 1} Ltd` : `Customer ${n + 1}`,
      email: `customer${n + 1}@example.com`,
      channel,
      terms: onAccount ? (n % 3 === 0 ? 'net_14' : 'net_30') : 'prepaid',
      currency: german ? 'EUR' : 'GBP',
      priceList: onAccount ? 'TRADE' : 'RETAIL',
      country: german ? 'DE' : 'GB',
      serial: n + 1,
    };
  });
}

/** Prepaid or on account, in the order of the list. */
export function customersOf(customers: Customer[], terms: 'prepaid' | 'account'): Customer[] {
  return customers.filter((customer) => (customer.terms === 'prepaid') === (terms === 'prepaid'));
}
