export { CONFIG, LEDGER, LOGGER, POOL, SOURCES } from '../platform/http/tokens';
