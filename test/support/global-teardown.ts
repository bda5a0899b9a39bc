import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { stopServer } from '../../src/platform/database/stop-server';
import { testFolderVariable } from './test-folder';

export default async function globalTeardown(): Promise<void> {
  const folder = process.env[testFolderVariable];
  if (!folder || !existsSync(folder)) return;
  await stopServer(path.join(folder, 'data'), 'immediate');
  await rm(folder, { recursive: true, force: true });
}
