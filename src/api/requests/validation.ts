import { StandardSchemaValidationPipe } from '@nestjs/common';
import { badRequest } from '../../platform/http/errors';

interface Issue {
  message: string;
  path?: readonly unknown[];
}

/** Whatever a route describes by a schema is checked by it. A refusal names each place; it never quotes a value. */
export const validation = new StandardSchemaValidationPipe({
  exceptionFactory: (issues: readonly Issue[]) => {
    const errors = issues.slice(0, 20).map(({ message, path = [] }) => ({
      path: path.map((part) => String(isSegment(part) ? part.key : part)).join('.'),
      message,
    }));
    const detail = errors
      .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
      .join('; ');
    return badRequest('request-invalid', 'The request is not valid', detail, { members: { errors } });
  },
});

function isSegment(part: unknown): part is { key: PropertyKey } {
  return typeof part === 'object' && part !== null && 'key' in part;
}
