import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { testFolderVariable } from './test-folder';

/** Only names the folder: its server starts with the first test that asks for a database, so unit tests never wait for it. */
export default async function globalSetup(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tallystick-jest-'));
  // Passable, so that a run as root can start the server as an ordinary unprivileged user.
  await chmod(folder, 0o711);
  process.env[testFolderVariable] = folder;
}
