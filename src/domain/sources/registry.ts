import { middleware } from './middleware';
import { prima } from './prima';
import { scend } from './scend';
import type { SourceKind } from './source-kind';
import { tallystick } from './tallystick';

/** Adding a system is adding its folder, and its name here. */
export const sourceKinds: ReadonlyMap<string, SourceKind> = new Map(
  [prima, scend, middleware, tallystick].map((kind): [string, SourceKind] => [kind.kind, kind]),
);

/** The kinds whose messages are native JSON with a published schema. */
export const nativeKinds = [prima, scend, middleware] as const;
