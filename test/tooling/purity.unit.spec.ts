import { Linter } from 'eslint';
import domainRules from '../../eslint.domain.js';

const offences = (code: string) =>
  new Linter()
    .verify(code, {
      languageOptions: { globals: Object.fromEntries(IMPURE.map((name) => [name, 'readonly'])) },
      rules: domainRules,
    })
    .filter((message) => message.ruleId !== null).length;

const IMPURE = ['process', 'performance', 'setTimeout', 'Buffer', 'crypto', 'fetch', 'parseFloat'];

describe('the domain', () => {
  it.each([
    'export const now = Date.now();',
    'export const now = new Date();',
    'export const now = Date();',
    'export const luck = Math.random();',
    'export const elapsed = performance.now();',
    'export const zone = process.env.TZ;',
    'setTimeout(() => 1, 5);',
    'export const id = crypto.randomUUID();',
    'export const price = parseFloat("0.1");',
    'export const order = (a, b) => a.localeCompare(b);',
    'export const text = (n) => n.toLocaleString();',
  ])('may not say %s', (code) => {
    expect(offences(code)).toBe(1);
  });

  it.each([
    'export const then = (ms) => new Date(ms).toISOString();',
    'export const at = Date.UTC(2026, 10, 21);',
    'export const most = Math.max(1, 2);',
  ])('may say %s', (code) => {
    expect(offences(code)).toBe(0);
  });
});
