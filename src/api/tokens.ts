export { CONFIG, KAFKA_LAG, LEDGER, LOGGER, POOL, REGISTRY, SOURCES, TRACES } from '../platform/http/tokens';
