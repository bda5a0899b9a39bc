import { z } from 'zod';
import { toCsv } from './csv';
import { decodeCursor, encodeCursor } from './cursor';
import { preferredFormat } from './format';
import { pageOf } from './page';

describe('toCsv', () => {
  const line = (value: unknown) => toCsv(['a'], [{ a: value }]).split('\r\n')[1];

  it.each([
    ['=1+1', `"'=1+1"`],
    ['+49 30', `"'+49 30"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['-cmd', `"'-cmd"`],
    ['\uff1d1', `"'\uff1d1"`],
    ['  =1', `"'  =1"`],
    ['\t=1', String.raw`"\t=1"`],
    ['\r=1', String.raw`"\r=1"`],
    ['red;=1+1', `"red;'=1+1"`],
    ['a; "=1";-2;+3', `"a;' ""=1"";'-2;'+3"`],
    ['=a\r\nb', String.raw`"'=a\r\nb"`],
    ['\u001b[31m\u009b', String.raw`"\u001b[31m\u009b"`],
    ['-12.50', '"-12.50"'],
    [-3, '-3'],
    ['a,b', '"a,b"'],
    ['a "b"', '"a ""b"""'],
    ['plain', '"plain"'],
    ['', '""'],
    [null, ''],
    [undefined, ''],
    [{ b: 1 }, '"{""b"":1}"'],
    [{ b: 'x;=1' }, `"{""b"":""x;'=1""}"`],
    [true, 'true'],
  ])('writes %j', (value, expected) => {
    expect(line(value)).toBe(expected);
  });

  it('reads paths, and nothing that an object inherits', () => {
    expect(toCsv(['a.b', 'a.c', 'constructor'], [{ a: { b: 1 } }])).toBe(
      '"a.b","a.c","constructor"\r\n1,,\r\n',
    );
  });
});

describe('preferredFormat', () => {
  it.each([
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['text/csv', 'csv'],
    ['TEXT/CSV; charset=utf-8', 'csv'],
    ['application/x-ndjson', 'ndjson'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'json'],
    ['application/json;q=0.5, text/csv', 'csv'],
    ['text/csv;q=0.5, application/json', 'json'],
    ['text/csv;q=0', 'json'],
    ['text/csv;q=nonsense, application/x-ndjson;q=0.1', 'ndjson'],
    ['image/png', 'json'],
  ] as const)('reads %j as %s', (accept, format) => {
    expect(preferredFormat(accept)).toBe(format);
  });
});

describe('cursors', () => {
  const place = z.tuple([z.string(), z.number()]);

  it('come back as they went', () => {
    const cursor = encodeCursor('list', ['ä', 7]);
    expect(cursor).toMatch(/^[\w-]+$/);
    expect(decodeCursor('list', cursor, place)).toEqual(['ä', 7]);
    expect(decodeCursor('list', undefined, place)).toBeNull();
  });

  it.each([
    encodeCursor('other', ['a', 7]),
    encodeCursor('list', ['a']),
    encodeCursor('list', [7, 'a']),
    encodeCursor('list', ['a', 7, 7]),
    Buffer.from('null').toString('base64url'),
    Buffer.from('["list"').toString('base64url'),
    '%%%',
  ])('refuses %s', (cursor) => {
    expect(() => decodeCursor('list', cursor, place)).toThrow('not one that this list gave');
  });
});

describe('pageOf', () => {
  it('has a next page only if there is something on it', () => {
    const page = (rows: number[]) => pageOf(rows, 2, String, (row) => `after ${row}`);
    expect(page([])).toEqual({ items: [], nextCursor: null });
    expect(page([1, 2])).toEqual({ items: ['1', '2'], nextCursor: null });
    expect(page([1, 2, 3])).toEqual({ items: ['1', '2'], nextCursor: 'after 2' });
  });
});
