export * from '../platform/http/problem';
