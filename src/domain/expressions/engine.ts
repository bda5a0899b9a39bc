/** The library, as it is used here. Nobody else imports it. */
import jsonata from 'jsonata';
import { BoundedRegExp } from './bounded-regexp';
import type { Node } from './node';

/**
 * Part of what a replay depends on, and so of the fingerprint of this code: another version is another generation.
 * The package is installed at exactly this version; a test says so.
 */
export const JSONATA_VERSION = '1.8.9';

export interface Definition {
  _jsonata_function: true;
  implementation: (this: unknown, ...args: never[]) => unknown;
  signature?: unknown;
}

export interface Compiled {
  evaluate(input: unknown, bindings: object): unknown;
  assign(name: string, value: unknown): void;
  registerFunction(name: string, implementation: (...args: never[]) => unknown, signature?: string): void;
  ast(): Node;
}

/** What the library throws. */
export interface EngineError {
  code: string;
  position?: number;
  message?: string;
}

export function isEngineError(error: unknown): error is EngineError {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
}

/** Throws `EngineError` for what is no JSONata. */
export const parse = jsonata as unknown as (
  text: string,
  options?: { RegexEngine: typeof BoundedRegExp },
) => Compiled;

/** Every call sets the matcher of all expressions, so every call says which. */
export const options = { RegexEngine: BoundedRegExp };

/** A function of the library, with its signature. */
export function builtIn(name: string): Definition {
  return parse(`$${name}`, options).evaluate(null, {}) as Definition;
}
