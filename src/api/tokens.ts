export { CONFIG, KAFKA_LAG, LEDGER, LOGGER, POOL, REGISTRY, SOURCES } from '../platform/http/tokens';
