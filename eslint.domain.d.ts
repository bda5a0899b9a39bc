import type { Linter } from 'eslint';

declare const rules: Partial<Linter.RulesRecord>;
export = rules;
