import { DocumentRefused } from '../domain/refused';
import { GenerationRefused } from '../projections/generation-refused';
import { EndRefused } from '../projections/last-fact';
import { ImportRefused } from '../projections/imports';
import { documentRefused, endRefused, generationRefused, importRefused } from './refusals';

/** What the projections refuse, as the caller may read it. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DocumentRefused) throw documentRefused(error);
    if (error instanceof EndRefused) throw endRefused(error);
    if (error instanceof ImportRefused) throw importRefused(error.message);
    throw error instanceof GenerationRefused ? generationRefused(error.message) : error;
  }
}
