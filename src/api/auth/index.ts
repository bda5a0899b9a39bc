export * from '../../platform/http/auth';
