export {
  CONFIG,
  KAFKA_LAG,
  LEDGER,
  LOGGER,
  MEMORY_BUDGET,
  POOL,
  READINESS,
  REGISTRY,
  SOURCES,
  TRACES,
} from '../platform/http/tokens';
