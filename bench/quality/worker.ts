/** Runs the jobs of the main thread, one after the other. */
import { parentPort } from 'node:worker_threads';
import { type Job, runJob } from './job';

const port = parentPort;
if (!port) throw new Error('a worker of npm run quality runs in a thread of it');
port.on('message', (job: Job) => {
  // A rejection ends the thread, and the main thread with it: it names the job.
  void runJob(job).then((outcome) => {
    port.postMessage(outcome);
  });
});
