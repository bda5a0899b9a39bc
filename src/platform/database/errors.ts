/** Another process owns the embedded database of this data folder. */
export class DataFolderInUse extends Error {
  readonly code = 'data-folder-in-use';

  constructor(
    readonly dataDir: string,
    holder?: string,
  ) {
    super(
      `The data folder ${dataDir} is in use by another Tallystick process${holder ? ` (${holder})` : ''}. ` +
        'Stop that process, or give this one a folder of its own with TALLYSTICK_DATA_DIR, ' +
        'or let both share a PostgreSQL server with DATABASE_URL.',
    );
    this.name = 'DataFolderInUse';
  }
}

/** The embedded PostgreSQL cannot run here; the message says why and what to do instead. */
export class EmbeddedDatabaseUnavailable extends Error {
  readonly code = 'embedded-database-unavailable';

  constructor(reason: string, options?: ErrorOptions) {
    super(`${reason} (With DATABASE_URL set, Tallystick uses that PostgreSQL server instead.)`, options);
    this.name = 'EmbeddedDatabaseUnavailable';
  }
}

/** The `code` of a system or SQL error (`ENOENT`, `55P03`, …), if it has one. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
