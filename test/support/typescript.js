/** `node -r ./test/support/typescript.js file.ts`: lets a test start a process from the sources, so that it never runs a stale build. */
'use strict';
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { transformSync } = require('@swc/core');

const configFile = path.join(__dirname, '..', '..', '.swcrc');

require.extensions['.ts'] = (module, filename) => {
  const options = { filename, configFile, sourceMaps: 'inline' };
  module._compile(transformSync(readFileSync(filename, 'utf8'), options).code, filename);
};
