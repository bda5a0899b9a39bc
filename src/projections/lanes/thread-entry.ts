/** What runs in a lane's thread: its calls one after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { errorCode } from '../../platform/database/errors';
import { createPool } from '../../platform/pools';
import { type LaneInstant, OrderLane } from './lane';
import type { Answer, Call, ThreadSetup } from './thread';
import { packTold } from './told-wire';

const port = parentPort;
if (!port) throw new Error('a lane runs in a thread of a rebuild');
const { url, ...setup } = workerData as ThreadSetup;
const pool = createPool({ url, name: `lane ${setup.lane}`, max: 4, statementTimeoutMs: 0 });
const lane = new OrderLane(setup, pool);

async function answer(call: Call): Promise<unknown> {
  switch (call.name) {
    case 'read':
      return (await lane.read(call.rows))();
    case 'fold': {
      const sent = await lane.fold(JSON.parse(call.instants) as LaneInstant[]);
      return sent().map((told) => told.map(packTold));
    }
    case 'loadBeside':
      return lane.loadBeside();
    case 'loadCases':
      return lane.loadCases();
    case 'close':
      return pool.end();
  }
}

let last: Promise<void> = Promise.resolve();

async function serve(call: Call): Promise<void> {
  let said: Answer;
  try {
    said = { ok: true, json: JSON.stringify((await answer(call)) ?? null) };
  } catch (error) {
    const { message, cause, stack } = error as Error;
    said = {
      ok: false,
      message,
      code: errorCode(error),
      cause: cause instanceof Error ? cause.stack : stack,
    };
  }
  port?.postMessage(said);
}

port.on('message', (call: Call) => {
  last = last.then(() => serve(call));
});
