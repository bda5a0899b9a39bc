/** The configured sources: from the configuration file and over REST, kept in the database, announced in the ledger. */
import { hash } from 'node:crypto';
import type { Pool } from 'pg';
import type { MappingProblem } from '../domain/sources/custom/compile';
import type { CustomMapping } from '../domain/sources/custom/mapping';
import { configurableKinds, mappingProblems } from '../domain/sources/registry';
import { writeSourceConfigured } from '../domain/sources/tallystick/messages';
import type { Fact, Ledger, Proposal } from '../ledger/port';
import type { ProjectionSource } from './settings';
import { OWN_SOURCE } from './translate';

interface Row {
  name: string;
  kind: string;
  time_zone: string;
  legal_entity: string;
  starts_at: Date | null;
  expected_interval_seconds: number | null;
  mapping: string | null;
}

/** Looked at in one query. */
const ANNOUNCEMENTS = 500;

export type Configured =
  | { ok: true; changed: boolean }
  | { ok: false; code: 'kind-unknown' | 'kind-changed' | 'name-reserved'; detail: string }
  | { ok: false; code: 'mapping-invalid'; detail: string; problems: MappingProblem[] };

export class SourceBook {
  private known = new Map<string, ProjectionSource>();

  constructor(
    private readonly pool: Pool,
    private readonly ledger: Ledger,
  ) {}

  get(name: string): ProjectionSource | undefined {
    return this.known.get(name);
  }

  all(): readonly ProjectionSource[] {
    return [...this.known.values()];
  }

  async reload(): Promise<void> {
    const { rows } = await this.pool.query<Row>('SELECT * FROM app.sources ORDER BY name');
    this.known = new Map(
      rows.map((row) => [
        row.name,
        {
          name: row.name,
          kind: row.kind,
          timeZone: row.time_zone,
          legalEntity: row.legal_entity,
          startsAt: row.starts_at?.getTime() ?? null,
          expectedIntervalSeconds: row.expected_interval_seconds,
          ...(row.mapping === null ? {} : { mapping: this.mappingOf(row.name, row.mapping) }),
        },
      ]),
    );
  }

  /** The same object as long as it says the same: what was compiled from it is found by it. */
  private mappingOf(name: string, text: string): CustomMapping {
    const before = this.known.get(name)?.mapping;
    return before && JSON.stringify(before) === text ? before : (JSON.parse(text) as CustomMapping);
  }

  /** Safe to repeat: an unchanged source records nothing. The fact is first, so a crash in between is mended by repeating. */
  async configure(source: ProjectionSource, actor: string): Promise<Configured> {
    if (source.name === OWN_SOURCE)
      return { ok: false, code: 'name-reserved', detail: `${OWN_SOURCE} is our own source` };
    if (!configurableKinds.includes(source.kind)) {
      const kinds = configurableKinds.join(', ');
      return {
        ok: false,
        code: 'kind-unknown',
        detail: `no kind is named ${source.kind}; the kinds are ${kinds}`,
      };
    }
    const before = this.known.get(source.name);
    if (before && before.kind !== source.kind) {
      return {
        ok: false,
        code: 'kind-changed',
        detail: `${source.name} is of kind ${before.kind}; a source keeps its kind`,
      };
    }
    const problems = mappingProblems(source);
    if (problems.length > 0) {
      const places = problems.map(({ place, reason }) => `${place}: ${reason}`).join('; ');
      const detail = `it cannot be read by its mapping: ${places}`;
      return { ok: false, code: 'mapping-invalid', detail, problems };
    }
    if (before && JSON.stringify(before) === JSON.stringify(source)) return { ok: true, changed: false };
    // Where the database was lost the ledger may know it.
    if (before || !(await this.isAnnounced(source)))
      await this.ledger.append([await this.announcement(source, actor)]);
    await this.pool.query(
      `INSERT INTO app.sources (name, kind, time_zone, legal_entity, starts_at, expected_interval_seconds, mapping)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (name) DO UPDATE SET time_zone = excluded.time_zone, legal_entity = excluded.legal_entity,
         starts_at = excluded.starts_at, expected_interval_seconds = excluded.expected_interval_seconds,
         mapping = excluded.mapping, updated_at = now()`,
      [
        source.name,
        source.kind,
        source.timeZone,
        source.legalEntity,
        source.startsAt === null ? null : new Date(source.startsAt).toISOString(),
        source.expectedIntervalSeconds,
        source.mapping ? JSON.stringify(source.mapping) : null,
      ],
    );
    await this.reload();
    return { ok: true, changed: true };
  }

  /** Whether the newest announcement of its name says the same. */
  private async isAnnounced(source: ProjectionSource): Promise<boolean> {
    const filter = { source: OWN_SOURCE, type: 'source.configured', key: source.name, limit: ANNOUNCEMENTS };
    let newest: Fact | undefined;
    for (let page; (page = await this.ledger.find({ ...filter, after: newest?.position })).length > 0;) {
      newest = page.at(-1);
      if (page.length < ANNOUNCEMENTS) break;
    }
    return newest?.payload === writeSourceConfigured(source, newest?.occurredAt ?? 0);
  }

  private async announcement(source: ProjectionSource, actor: string): Promise<Proposal> {
    const { rows } = await this.pool.query<{ now: Date }>('SELECT now()');
    const at = rows[0]?.now.getTime() ?? 0;
    return ownFact('source.configured', source.name, at, writeSourceConfigured(source, at), actor);
  }
}

/** A fact that Tallystick itself records. */
export function ownFact(type: string, key: string, at: number, payload: string, actor: string): Proposal {
  const identity = Buffer.from(hash('sha256', JSON.stringify([OWN_SOURCE, key, payload]), 'hex'), 'hex');
  return { source: OWN_SOURCE, type, key, occurredAt: at, payload, identity, actor };
}
