/**
 * What makes the domain a pure function of its arguments: rules for src/domain beyond those of the import directions.
 * The clock, chance and the process come in as arguments or not at all.
 */
'use strict';
const why = 'The domain is pure: pass it in.';
const globals = [
  'Buffer',
  'clearInterval',
  'clearTimeout',
  'console',
  'crypto',
  'fetch',
  'global',
  'globalThis',
  'performance',
  'process',
  'queueMicrotask',
  'require',
  'setImmediate',
  'setInterval',
  'setTimeout',
];

module.exports = {
  'no-restricted-globals': [
    'error',
    ...globals.map((name) => ({ name, message: why })),
    { name: 'parseFloat', message: 'Decimals are exact: see exact.ts.' },
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: why },
    { object: 'Math', property: 'random', message: why },
    { object: 'Number', property: 'parseFloat', message: 'Decimals are exact: see exact.ts.' },
  ],
  'no-restricted-syntax': [
    'error',
    {
      selector: "NewExpression[callee.name='Date'][arguments.length=0]",
      message: `This reads the clock. ${why}`,
    },
    { selector: "CallExpression[callee.name='Date']", message: `This reads the clock. ${why}` },
    {
      selector: 'CallExpression[callee.property.name=/^(localeCompare|toLocale\\w*)$/]',
      message: 'This depends on the machine: compare code units, format explicitly.',
    },
  ],
};
