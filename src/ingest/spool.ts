import { randomUUID } from 'node:crypto';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

const READ_BYTES = 256 * 1024;

/** A file without a name, for a body that is too long to be held: the system frees it whenever this process ends. */
export class Spool {
  private length = 0;

  private constructor(private readonly file: FileHandle) {}

  /** @param folder made if it is not there; readable by this user only, since it holds what customers bought */
  static async create(folder: string): Promise<Spool> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const name = path.join(folder, `${randomUUID()}.body`);
    const file = await open(name, 'wx+', 0o600);
    await rm(name);
    return new Spool(file);
  }

  async write(chunk: Buffer): Promise<void> {
    for (let written = 0; written < chunk.length;) {
      const { bytesWritten } = await this.file.write(chunk, written, chunk.length - written, this.length);
      written += bytesWritten;
      this.length += bytesWritten;
    }
  }

  /** The bytes from the start, each chunk in memory of its own. */
  async *read(): AsyncGenerator<Buffer> {
    for (let position = 0; position < this.length;) {
      const buffer = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, this.length - position));
      const { bytesRead } = await this.file.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) throw new Error('a spooled body is shorter than what was written');
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
