/** What a generation was made with, for those who do not fold: what is in force is what the live one was made with. */
import type { Pool } from 'pg';
import { Mappings } from '../domain/mapping/mappings';
import { type Made, readMade } from './settings';

export interface InForce {
  generation: number;
  made: Made;
  mapping: Mappings;
}

const LIVE = `SELECT id FROM app.generations WHERE status = 'live'`;
const SETTINGS = `SELECT settings FROM app.generations WHERE id = $1`;

export class InForceBook {
  private last: InForce | null = null;

  constructor(private readonly pool: Pool) {}

  /** Null before there is a live generation. */
  async read(): Promise<InForce | null> {
    const { rows } = await this.pool.query<{ id: number }>(LIVE);
    return rows[0] ? this.of(rows[0].id) : null;
  }

  /** A mapping may have megabytes and never changes within a generation, so it is read once. */
  async of(generation: number): Promise<InForce | null> {
    if (this.last?.generation === generation) return this.last;
    const { rows } = await this.pool.query<{ settings: string }>(SETTINGS, [generation]);
    if (!rows[0]) return null;
    const made = readMade(rows[0].settings);
    return (this.last = { generation, made, mapping: new Mappings(made.mapping) });
  }
}
