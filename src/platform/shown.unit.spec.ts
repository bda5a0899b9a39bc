import { visible, visibleLines, withoutPasswords } from './shown';

describe('visible', () => {
  it.each([
    ['\u001b]0;owned\u0007\u001b[31mred', '\\u001b]0;owned\\u0007\\u001b[31mred'],
    ['\u009b31m', '\\u009b31m'],
    ['\u007f\u0000', '\\u007f\\u0000'],
    ['a\r\nb\tc', 'a\\r\\nb\\tc'],
    ['SO\u202e1\u2066\u200f', 'SO\\u202e1\\u2066\\u200f'],
    ['a\u2028b', 'a\\u2028b'],
    ['\ud83d', '\\ud83d'],
    ['Gänse 🪿 — “x”', 'Gänse 🪿 — “x”'],
  ])('%j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });
});

describe('visibleLines', () => {
  it('keeps the ends of lines, and no carriage return by itself', () => {
    expect(visibleLines('a\nb\r\nc\rd\u001b')).toBe('a\nb\r\nc\\rd\\u001b');
  });

  it('leaves JSON what it is', () => {
    const value = { a: 'x\u009b\u202e\u007f\ud83d\u0000\n' };
    const shown = visibleLines(`${JSON.stringify(value, null, 2)}\n`);
    expect(JSON.parse(shown)).toEqual(value);
    expect(shown).not.toMatch(/[\u009b\u202e]/);
  });
});

describe('withoutPasswords', () => {
  it.each([
    ['postgres://tally:hunter2@db:5432/tally', 'postgres://[secret]@db:5432/tally'],
    ['in "esdb://admin:hunt@er2@db1,db2?tls=false" at 3', 'in "esdb://[secret]@db1,db2?tls=false" at 3'],
    ['https://db/a@b //', 'https://db/a@b //'],
    ['ada@example.com', 'ada@example.com'],
  ])('%s', (text, shown) => {
    expect(withoutPasswords(text)).toBe(shown);
  });
});
