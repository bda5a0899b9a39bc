import { z } from 'zod';

/** An object that the description names once and refers to elsewhere. */
export function named<S extends z.ZodRawShape>(id: string, shape: S) {
  return z.object(shape).meta({ id });
}
