export {
  CONFIG,
  KAFKA_LAG,
  LEDGER,
  LOGGER,
  POOL,
  READINESS,
  REGISTRY,
  SOURCES,
  TRACES,
} from '../platform/http/tokens';
