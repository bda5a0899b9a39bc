import type { ReadModels } from '../entities/read-models';
import { DriftEntity } from '../entities/drift.entity';
import { unknown } from '../refusals';

/** By its identifier, or by one that it had before its subject was renamed. Throws `drift-unknown`. */
export async function findDrift(models: ReadModels, id: string): Promise<DriftEntity> {
  const drifts = models.of(DriftEntity).createQueryBuilder('d');
  const row = /^[0-9a-f]{1,64}$/.test(id)
    ? await drifts
        .where('d.id = :id OR d.aliases @> ARRAY[:id]::text[]', { id })
        // Who bears the name now comes before who bore it once.
        .orderBy('d.id <> :id')
        .limit(1)
        .getOne()
    : null;
  if (!row) throw unknown('drift', id);
  return row;
}
