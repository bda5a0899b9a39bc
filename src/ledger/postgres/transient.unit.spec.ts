import { isTransient } from './transient';

const withCode = (code: string): Error => Object.assign(new Error(code), { code });

describe('whether the store was away', () => {
  it.each(['08006', '40P01', '53300', '57P01', '57014', '25006', '55P03', 'ECONNREFUSED', 'EPIPE'])(
    '%s: yes',
    (code) => {
      expect(isTransient(withCode(code))).toBe(true);
    },
  );

  it.each(['22021', '23505', '23514', '42P01', '42501'])('%s: no', (code) => {
    expect(isTransient(withCode(code))).toBe(false);
  });

  it('an error of the driver without a code: yes; one of our own: no', () => {
    expect(isTransient(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isTransient(new TypeError('x is undefined'))).toBe(false);
  });
});
