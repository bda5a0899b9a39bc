import { middleware } from './middleware';
import { prima } from './prima';
import { scend } from './scend';

/** The kinds whose messages are native JSON with a published schema. */
export const nativeKinds = [prima, scend, middleware] as const;
