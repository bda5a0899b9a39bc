import { CaseEntity } from '../entities/case.entity';
import type { ReadModels } from '../entities/read-models';
import { unknown } from '../refusals';

/** The one case of a kind with this name. Throws `<kind>-unknown`. */
export async function findCase(
  models: ReadModels,
  kind: 'product' | 'customer',
  name: string,
): Promise<CaseEntity> {
  const row = name.includes('\u0000')
    ? null
    : await models.of(CaseEntity).findOneBy({ key: `${kind}:${name}` });
  if (!row) throw unknown(kind, name);
  return row;
}
