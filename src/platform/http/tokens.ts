/** Injection tokens of what `serve` makes once and the HTTP faces share. The names say the port, not the adapter. */

/** `Ledger` of src/ledger/port.ts. */
export const LEDGER = Symbol('ledger');
/** `pg.Pool` for read models and app tables. */
export const POOL = Symbol('pool');
/** `Config` of src/platform/config.ts. */
export const CONFIG = Symbol('config');
/** `SourceBook` of src/platform/sources/source-book.ts. */
export const SOURCES = Symbol('sources');
/** `Log` of src/platform/logging.ts. */
export const LOGGER = Symbol('logger');
/** `KafkaLag` of src/platform/kafka/lag.ts, or null where nothing is read from Kafka. */
export const KAFKA_LAG = Symbol('kafka-lag');
/** `MemoryBudget` of src/platform/http/memory-budget.ts: one for all bodies that are being read. */
export const MEMORY_BUDGET = Symbol('memory-budget');
/** `TraceBook` of src/platform/traces. */
export const TRACES = Symbol('traces');
/** `Readiness` of src/platform/readiness.ts. */
export const READINESS = Symbol('readiness');
/** `Registry` of prom-client: one an application, as two in one process do not count for each other. */
export const REGISTRY = Symbol('registry');
