/** What the ledger needs of a logger; pino's and the platform's loggers have this shape. */
export interface LedgerLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
