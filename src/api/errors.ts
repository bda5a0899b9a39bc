export * from '../platform/http/errors';
