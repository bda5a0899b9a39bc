/** The tables of one generation. They are never migrated: a new shape is a new generation. */

/** The live generation always has this schema; promotion renames schemas in one transaction. */
export const LIVE = 'live';

const NAME = /^(live|former_\d{1,9}|gen_\d{1,9}(_\d{1,3})?)$/;

/** Schema names go into SQL text, so only our own forms pass. */
export function schemaName(name: string): string {
  if (!NAME.test(name)) throw new Error(`${JSON.stringify(name)} names no generation`);
  return name;
}

/**
 * Each attempt to build it has tables of its own: a builder that has lost its guard may still be writing when the next begins, and
 * what it writes then finds no table.
 */
export function schemaOf(id: number, interruptions: number): string {
  return schemaName(interruptions === 0 ? `gen_${id}` : `gen_${id}_${interruptions}`);
}

/** The whole state as one JSON text, of a row of cases. */
export function wholeState(row: string): string {
  return `CASE WHEN ${row}.rare IS NULL THEN ${row}.state ELSE left(${row}.state, -1) || ',' || substr(${row}.rare, 2) END`;
}

/**
 * A generation's cases for a comparison. Null is what is rare where an earlier release made the table, which had no such column:
 * then the name is that of the outer one.
 */
export function casesToCompare(schema: string, where: string): string {
  return `
    SELECT c.* FROM (SELECT NULL::text AS rare) earlier, LATERAL (
      SELECT key, kind, subject, looks, state, rare FROM ${schemaName(schema)}.cases WHERE ${where}) c`;
}

export function createTables(schema: string): string {
  const s = schemaName(schema);
  return `
    CREATE SCHEMA ${s};
    CREATE TABLE ${s}.cases (
      key text COLLATE "C" NOT NULL,
      kind text NOT NULL,
      subject text NOT NULL,
      refs text[] NOT NULL,
      looks text[] NOT NULL,
      facts bigint[] NOT NULL,
      chunks integer NOT NULL,
      state text NOT NULL,
      rare text,
      acts text NOT NULL
    ) WITH (toast_tuple_target = 8160, autovacuum_vacuum_insert_threshold = -1);
    -- Vacuumed for what is updated, and not for having been loaded: that would read and write all of it once more.
    -- Most states have 2 to 8 KB: in their row and uncompressed they load and read faster than from a TOAST table.
    ALTER TABLE ${s}.cases ALTER COLUMN state SET STORAGE EXTERNAL, ALTER COLUMN rare SET STORAGE EXTERNAL;
    -- Nothing is asked of the wide columns, and the others are plain enough for a small sample.
    ALTER TABLE ${s}.cases
      ALTER COLUMN key SET STATISTICS 20, ALTER COLUMN kind SET STATISTICS 20, ALTER COLUMN refs SET STATISTICS 0,
      ALTER COLUMN looks SET STATISTICS 20, ALTER COLUMN subject SET STATISTICS 0, ALTER COLUMN facts SET STATISTICS 0,
      ALTER COLUMN chunks SET STATISTICS 0, ALTER COLUMN state SET STATISTICS 0, ALTER COLUMN rare SET STATISTICS 0, ALTER COLUMN acts SET STATISTICS 0;
    -- Who is found by a reference; the case itself says whether it still has it.
    CREATE TABLE ${s}.case_refs (ref text COLLATE "C" NOT NULL, case_key text COLLATE "C" NOT NULL);
    ALTER TABLE ${s}.case_refs ALTER COLUMN ref SET STATISTICS 20, ALTER COLUMN case_key SET STATISTICS 20;
    CREATE TABLE ${s}.case_facts (case_key text COLLATE "C" NOT NULL, chunk integer NOT NULL, positions bigint[] NOT NULL);
    ALTER TABLE ${s}.case_facts ALTER COLUMN case_key SET STATISTICS 20, ALTER COLUMN positions SET STATISTICS 0;
    CREATE TABLE ${s}.drifts (
      case_key text COLLATE "C" NOT NULL,
      anchor text COLLATE "C" NOT NULL,
      id text NOT NULL,
      detector text NOT NULL,
      subject text NOT NULL,
      discriminator text NOT NULL,
      severity text NOT NULL,
      owner text,
      status text NOT NULL,
      occurrence integer NOT NULL,
      opened_at timestamptz NOT NULL,
      opened_by bigint NOT NULL,
      changed_by bigint NOT NULL,
      resolved_at timestamptz,
      resolved_by bigint,
      values_hash text NOT NULL,
      source text NOT NULL,
      cause text NOT NULL,
      cluster text NOT NULL,
      amount_minor bigint,
      amount_currency text,
      aliases text[] NOT NULL,
      finding text NOT NULL
    );
    CREATE TABLE ${s}.drift_events (
      case_key text COLLATE "C" NOT NULL,
      anchor text COLLATE "C" NOT NULL,
      drift_id text NOT NULL,
      occurrence integer NOT NULL,
      type text NOT NULL,
      position bigint NOT NULL,
      at timestamptz NOT NULL,
      status text NOT NULL,
      detail text NOT NULL
    );
    CREATE TABLE ${s}.waits (case_key text COLLATE "C" NOT NULL, waits_on text NOT NULL, at timestamptz NOT NULL);
    CREATE TABLE ${s}.checkpoint (
      generation bigint NOT NULL,
      position bigint NOT NULL,
      instant timestamptz NOT NULL
    );`;
}

/**
 * References are rows with a B-tree, loaded before their cases: nearly all of them differ, and a GIN index takes longer over such
 * than everything else.
 */
export function indexingReferences(schema: string): string[] {
  const s = schemaName(schema);
  return [`CREATE UNIQUE INDEX ON ${s}.case_refs (ref, case_key)`, analyze(s, 'case_refs')];
}

const BESIDE = ['case_facts', 'drifts', 'drift_events', 'waits'];
const TABLES = ['cases', 'case_refs', ...BESIDE];

/** All that holds what was folded; not the checkpoint. */
export function generationTables(): readonly string[] {
  return TABLES;
}

/**
 * Built after a bulk load, on as many connections as there are lists, each in its order. Names are free of the schema, which
 * will be renamed.
 */
export function indexing(schema: string): string[][] {
  const s = schemaName(schema);
  return [
    [`CREATE UNIQUE INDEX ON ${s}.cases (key)`, analyze(s, 'cases')],
    [
      `CREATE INDEX ON ${s}.cases USING gin (looks) WITH (fastupdate = off)`,
      `CREATE UNIQUE INDEX ON ${s}.case_facts (case_key, chunk)`,
      `CREATE UNIQUE INDEX ON ${s}.drifts (case_key, anchor)`,
      `CREATE INDEX ON ${s}.drifts (id)`,
      `CREATE INDEX ON ${s}.drifts (opened_at, id)`,
      `CREATE INDEX ON ${s}.drifts (status, opened_at, id)`,
      `CREATE INDEX ON ${s}.drifts (subject)`,
      `CREATE INDEX ON ${s}.drifts (cluster, status)`,
      `CREATE INDEX ON ${s}.drifts USING gin (aliases) WITH (fastupdate = off)`,
      `CREATE INDEX ON ${s}.drift_events (case_key, position)`,
      `CREATE INDEX ON ${s}.waits (case_key)`,
      ...BESIDE.map((table) => analyze(s, table)),
    ],
  ];
}

/** Where what is loaded was indexed before. */
export function analyzing(schema: string): string[] {
  const s = schemaName(schema);
  return TABLES.map((table) => analyze(s, table));
}

function analyze(schema: string, table: string): string {
  return `ANALYZE ${schema}.${table}`;
}

/** For an empty generation, in a transaction. */
export function createIndexes(schema: string): string[] {
  return [indexingReferences(schema), ...indexing(schema)]
    .flat()
    .filter((statement) => statement.startsWith('CREATE'));
}

/** `table.column` of all that a generation has. */
export function columnNames(): string[] {
  const tables = createTables(LIVE).matchAll(/CREATE TABLE live\.(\w+) \(([^;]*?)\)(?: WITH [^;]*)?;/g);
  return [...tables].flatMap(([, table = '', columns = '']) =>
    columns
      .split(',')
      .flatMap((column) => /^\s*(\w+) /.exec(column)?.[1] ?? [])
      .map((column) => `${table}.${column}`),
  );
}
