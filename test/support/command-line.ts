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

/** What a command prints as its result. */
export async function said(command: () => Promise<unknown>): Promise<string> {
  return (await printed(command)).out;
}

/** What a command prints, on both streams. */
export async function printed(command: () => Promise<unknown>): Promise<{ out: string; err: string }> {
  const capture = (stream: NodeJS.WriteStream, texts: string[]) =>
    jest.spyOn(stream, 'write').mockImplementation((text) => Boolean(texts.push(String(text))));
  const out: string[] = [];
  const err: string[] = [];
  const spies = [capture(process.stdout, out), capture(process.stderr, err)];
  try {
    await command();
    return { out: out.join(''), err: err.join('') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
