/**
 * Settings of the embedded server, for a machine with two cores that it shares with the service.
 * Given on the command line at every start, so that a new version of Tallystick brings its own.
 * docs/adr/0002-embedded-postgres.md says why each differs from PostgreSQL's default.
 */
export const serverSettings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',

  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',

  shared_buffers: '256MB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  jit: 'off',

  // A statement of a service that was killed must not go on working (and holding locks) for nobody.
  client_connection_check_interval: '5s',

  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  log_checkpoints: 'off',
};
