import { once } from 'node:events';
import { type Socket, connect } from 'node:net';

export interface Dialled {
  socket: Socket;
  /** What has come in all, once it has this. Rejects when the connection ends before. */
  heard(what: RegExp): Promise<string>;
  /** Resolves when the connection is over, whichever side ended it. */
  ended: Promise<unknown>;
}

/** A connection on which a test says byte by byte what it wants. */
export async function dial(port: number): Promise<Dialled> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  const ended = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined).setEncoding('latin1');
  socket.on('data', (chunk: string) => (text += chunk));
  await once(socket, 'connect');
  const heard = async (what: RegExp): Promise<string> => {
    for (;;) {
      if (what.test(text)) return text;
      if (socket.destroyed) throw new Error(`the connection ended after ${JSON.stringify(text)}`);
      await Promise.race([once(socket, 'data'), ended]);
    }
  };
  return { socket, heard, ended };
}
