/** Commands in this process, on a database and a folder of their own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestDatabase, freshDatabase } from './postgres';

export interface CommandLine {
  database: TestDatabase;
  /** Writes a file of the folder; answers its path. */
  file(name: string, content: string): Promise<string>;
  close(): Promise<void>;
}

const VARIABLES = ['DATABASE_URL', 'TALLYSTICK_CONFIG', 'TALLYSTICK_DATA_DIR', 'LOG_LEVEL'] as const;

/** `configuration` is what tallystick.yaml says. The environment is as it was after `close`. */
export async function commandLine(configuration: string): Promise<CommandLine> {
  const before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));
  const database = await freshDatabase();
  const folder = await mkdtemp(path.join(tmpdir(), 'tallystick-cli-'));
  const file = async (name: string, content: string) => {
    const whole = path.join(folder, name);
    await writeFile(whole, content);
    return whole;
  };
  Object.assign(process.env, {
    DATABASE_URL: database.url,
    TALLYSTICK_CONFIG: await file('tallystick.yaml', configuration),
    TALLYSTICK_DATA_DIR: path.join(folder, 'data'),
    LOG_LEVEL: 'silent',
  });
  return {
    database,
    file,
    async close() {
      for (const name of VARIABLES) {
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[name];
      }
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}

/** What a command prints. */
export async function said(command: () => Promise<unknown>): Promise<string> {
  const out: string[] = [];
  const capture = jest
    .spyOn(process.stdout, 'write')
    .mockImplementation((text) => Boolean(out.push(String(text))));
  const silence = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    await command();
    return out.join('');
  } finally {
    capture.mockRestore();
    silence.mockRestore();
  }
}
