import path from 'node:path';
import { startProcess, type TestProcess } from '../../test/support/process';

const program = path.join(__dirname, '../../test/support/shutdown-process.ts');

async function running(how: string): Promise<TestProcess> {
  const process = startProcess(program, [how]);
  expect(await process.next()).toEqual({ ready: true });
  return process;
}

describe('stopOnSignal', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'stops in order on %s and ends with 0',
    async (signal) => {
      const process = await running('stops');
      process.child.kill(signal);
      expect(await process.next()).toEqual({ stopping: signal });
      expect(await process.ended).toBe(0);
    },
  );

  it('ends with 1 when stopping fails', async () => {
    const process = await running('fails');
    process.child.kill('SIGTERM');
    expect(await process.next()).toEqual({ stopping: 'SIGTERM' });
    expect(await process.next()).toEqual({ failed: 'no' });
    expect(await process.ended).toBe(1);
  });

  it('takes a signal that is told twice for one, as npm tells Ctrl-C', async () => {
    const process = await running('waits');
    process.child.kill('SIGINT');
    expect(await process.next()).toEqual({ stopping: 'SIGINT' });
    process.child.kill('SIGINT');
    process.send('go on');
    expect(await process.ended).toBe(0);
  });

  it('does not wait after a later signal', async () => {
    const process = await running('hangs');
    process.child.kill('SIGINT');
    expect(await process.next()).toEqual({ stopping: 'SIGINT' });
    const again = setInterval(() => process.child.kill('SIGINT'), 100);
    try {
      expect(await process.ended).toBe('SIGINT');
    } finally {
      clearInterval(again);
    }
  });
});
