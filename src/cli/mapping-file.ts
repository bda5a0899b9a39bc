import { type CustomMapping, customMapping } from '../domain/sources/custom/mapping';
import { ConfigError } from '../platform/config';

/** The mapping of a custom source as somebody wrote it. Throws ConfigError with the place of each fault; `place` begins them. */
export function checkedMapping(document: unknown, place: string): CustomMapping {
  const parsed = customMapping.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map(({ path, message }) => `${[place, ...path.map(String)].join('.')}: ${message}`),
  );
}
