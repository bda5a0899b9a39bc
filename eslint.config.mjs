import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import domainRules from './eslint.domain.js';
import ownKeys from './eslint.own-keys.js';

const nodeGlobals = Object.fromEntries(
  [
    'Buffer',
    'URL',
    '__dirname',
    'clearTimeout',
    '__filename',
    'console',
    'module',
    'process',
    'require',
    'setTimeout',
  ].map((name) => [name, 'readonly']),
);

export default tseslint.config(
  { ignores: ['dist/', 'dist-bench/', 'coverage/', '.tallystick/', 'node_modules/'] },
  { linterOptions: { noInlineConfig: true } },
  js.configs.recommended,
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: { globals: nodeGlobals },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 400 }],
      'no-console': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, allowDefaultCaseForExhaustiveSwitch: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // `return resolve(x)` ends a branch in one line.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // Spreading a text into its code points is meant; the types forbid the rest.
      '@typescript-eslint/no-misused-spread': 'off',
      // Nest declares its option objects as classes.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // An adapter may be synchronous behind an asynchronous port.
      '@typescript-eslint/require-await': 'off',
      // Pure functions are grouped in interfaces and taken out of them: there is no `this` to lose.
      '@typescript-eslint/unbound-method': 'off',
      // Nest's modules and pg's row types are told by type parameter.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: [
      '**/*.spec.ts',
      '**/*.fixture.ts',
      'src/simulator/**',
      'src/ledger/contract{.ts,/**}',
      'src/domain/own.ts',
    ],
    plugins: { tallystick: ownKeys },
    rules: { 'tallystick/own-keys': 'error' },
  },
  { files: ['src/domain/**/*.ts'], ignores: ['**/*.spec.ts', '**/*.fixture.ts'], rules: domainRules },
  { files: ['bench/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['src/**/*.ts'],
    ignores: ['**/*.spec.ts', 'src/domain/**', 'src/cli/output.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'MemberExpression[object.object.name="process"][object.property.name=/^std(out|err)$/][property.name="write"]',
          message: 'Write by src/cli/output.ts: what systems wrote must not act on a terminal.',
        },
      ],
    },
  },
  {
    files: [
      '**/*.spec.ts',
      '**/*.fixture.ts',
      'src/ledger/contract{.ts,/**}',
      '**/testing/**/*.ts',
      'test/**/*.ts',
    ],
    rules: {
      'max-lines': ['error', { max: 600 }],
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
