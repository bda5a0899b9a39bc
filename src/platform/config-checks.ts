/** What the configuration says in words that the platform does not know is checked by who knows them, before anything is started. */
import type { z } from 'zod';
import type { Environment } from './config-values';

export interface Fault {
  /** From the value that was given. */
  path: (string | number)[];
  /** What is wrong there, and what to write instead. */
  message: string;
}

export interface ConfigChecks {
  kind(kind: string): Fault[];
  detector(code: string): Fault[];
  policy(document: unknown): Fault[];
  /** Of a custom source, as parsed. */
  mapping(document: unknown): Fault[];
  /** Whether a source of that kind has a mapping, or has none. */
  source(source: { kind: string; mapping?: unknown }): Fault[];
  /** Lines about variables that others read. */
  environment(env: Environment): string[];
  /** Names of these. */
  variables: readonly string[];
}

const none = (): never[] => [];

/** Everything is believed. */
export const unchecked: ConfigChecks = {
  kind: none,
  detector: none,
  policy: none,
  mapping: none,
  source: none,
  environment: none,
  variables: [],
};

export function held<T>(check: (value: T) => Fault[]) {
  return (value: T, context: z.core.$RefinementCtx): void => {
    for (const { path, message } of check(value)) context.addIssue({ code: 'custom', path, message });
  };
}
