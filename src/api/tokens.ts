/** What the parts of the application are injected by. Each is made once, outside, and handed to `AppModule.register`. */
export const LEDGER = Symbol('ledger');
export const POOL = Symbol('pool');
export const CONFIG = Symbol('config');
export const SOURCES = Symbol('sources');
export const LOGGER = Symbol('logger');
