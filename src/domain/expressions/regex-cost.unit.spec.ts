import { regexCost, RegexRefused } from './regex-cost';

describe('the cost of a regular expression', () => {
  it.each([
    [/^abc$/, { degree: 0, factor: 1 }],
    [/abc/, { degree: 1, factor: 1 }],
    [/^a|b/, { degree: 1, factor: 2 }],
    [/^[A-Z]+-\d+$/, { degree: 2, factor: 1 }],
    [/^(?:SO|PO)-(\d{4,6})$/, { degree: 0, factor: 6 }],
    [/^(\d+,){3}$/, { degree: 3, factor: 1 }],
    [/^[^\]+]*$/, { degree: 1, factor: 1 }],
    [/^\(\)\[\]\*$/, { degree: 0, factor: 1 }],
    [/^(ab)*$/, { degree: 1, factor: 1 }],
    [/^a??b{2}?$/, { degree: 0, factor: 2 }],
  ])('%s', (regexp, cost) => {
    expect(regexCost(regexp)).toMatchObject(cost);
  });

  it.each([
    /(a+)+/,
    /(a|a)*/,
    /(a?)*/,
    /((ab)*c)+/,
    /a*a*a*a*a*/,
    /(a|b|c|d|e){9}/,
    /a{10001}/,
    /(?=a)/,
    /(?<!a)/,
    /(?<name>a)/,
    /(a)\1/,
    /^(a+){000000000001,}$/,
    /^(?:a|a){000000000001,}$/,
    /^(?:a|a){0000000000020}$/,
    /^(?:(?:a|a)){2,}$/,
    /^(?:a|a)*?$/,
    /^(?:a|a){0,99999999999999999999999999}$/,
  ])('%s has no bound, or too high a one', (regexp) => {
    expect(() => regexCost(regexp)).toThrow(RegexRefused);
  });
});
