import { DocumentRefused } from '../domain/refused';
import { GenerationRefused } from '../projections/generations';
import { documentRefused, generationRefused } from './refusals';

/** What the projections refuse, as the caller may read it. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DocumentRefused) throw documentRefused(error);
    throw error instanceof GenerationRefused ? generationRefused(error.message) : error;
  }
}
