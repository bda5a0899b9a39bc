/**
 * The directions of the house: api, cli, ingest, reactions → projections, ledger → domain. Platform is below all of them but
 * the domain, which stands alone; the simulator shares no code with anybody; cli puts the parts together.
 */
'use strict';
const src = (folders) => `^src/(${folders})(/|$)`;
const spec = '\\.spec\\.ts$';
/** Specifications, what they share, and the contract that every ledger adapter must pass. */
const tests = [spec, '\\.fixture\\.ts$', '^src/ledger/contract(/|\\.ts$)', '/testing/'];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A circle has no direction: move what both need below them.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'domain-is-pure',
      comment:
        'The domain imports itself, zod, lossless-json and jsonata (which its expressions hold to be pure): no framework, no driver, no part of Node.',
      severity: 'error',
      from: { path: src('domain'), pathNot: spec },
      to: { pathNot: [src('domain'), '^node_modules/(zod|lossless-json|jsonata)/'] },
    },
    {
      name: 'domain-specs-stay-in-the-domain',
      severity: 'error',
      from: { path: `${src('domain')}.*${spec}` },
      to: { path: '^src/', pathNot: src('domain') },
    },
    {
      name: 'ledger-looks-down-only',
      severity: 'error',
      from: { path: src('ledger') },
      to: { path: '^src/', pathNot: src('ledger|domain|platform') },
    },
    {
      name: 'projections-look-down-only',
      severity: 'error',
      from: { path: src('projections') },
      to: { path: '^src/', pathNot: src('projections|ledger|domain|platform') },
    },
    {
      name: 'platform-is-the-lowest',
      severity: 'error',
      from: { path: src('platform') },
      to: { path: '^src/', pathNot: src('platform') },
    },
    {
      name: 'faces-do-not-look-at-each-other',
      comment:
        'api, ingest and reactions meet in the ledger and the read model, never in one another; cli starts them.',
      severity: 'error',
      from: { path: '^src/(api|ingest|reactions)/' },
      to: { path: src('api|ingest|reactions|cli'), pathNot: '^src/$1/' },
    },
    {
      name: 'simulator-shares-no-code',
      comment: 'The truth must not come from the code that is checked against it.',
      severity: 'error',
      from: { path: src('simulator') },
      to: { path: '^src/', pathNot: src('simulator') },
    },
    {
      name: 'only-cli-runs-the-simulator',
      severity: 'error',
      from: { path: '^src/', pathNot: src('simulator|cli') },
      to: { path: src('simulator') },
    },
    {
      name: 'nothing-looks-up-at-cli',
      severity: 'error',
      from: { path: '^src/', pathNot: src('cli') },
      to: { path: src('cli') },
    },
    {
      name: 'product-does-not-need-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { path: ['^(test|bench|scripts)/', ...tests] },
    },
    {
      name: 'product-does-not-need-dev-dependencies',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'type-only'] },
    },
    { name: 'not-resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
      mainFields: ['main', 'types', 'typings'],
    },
  },
};
