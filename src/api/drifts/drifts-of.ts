import { In } from 'typeorm';
import { DriftEntity } from '../entities/drift.entity';
import type { ReadModels } from '../entities/read-models';
import type { DriftView } from './drift-schema';
import { driftView } from './drift-view';

/** Drifts of one subject's cases that anybody looks at. A hot SKU has had more: they are in the list of drifts. */
const MOST = 200;

/** Open ones first, then the newest. */
export async function driftsOf(models: ReadModels, caseKeys: readonly string[]): Promise<DriftView[]> {
  if (caseKeys.length === 0) return [];
  const rows = await models
    .of(DriftEntity)
    .createQueryBuilder('d')
    .where({ caseKey: In([...caseKeys]) })
    .orderBy(`d.status = 'open'`, 'DESC')
    .addOrderBy('d.openedAt', 'DESC')
    .addOrderBy('d.id')
    .limit(MOST)
    .getMany();
  return rows.map(driftView);
}
