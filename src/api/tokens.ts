export { CONFIG, KAFKA_LAG, LEDGER, LOGGER, POOL, SOURCES } from '../platform/http/tokens';
