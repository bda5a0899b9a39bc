/** Preloaded into the service's process: tells its parent, when asked, how long the event loop stood still since it was last asked, and ends with it. */
'use strict';
const { monitorEventLoopDelay } = require('node:perf_hooks');

const RESOLUTION_MS = 10;
if (process.send) {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  process.on('message', (asked) => {
    if (asked !== 'longest-stall') return;
    const longestMs = delays.count === 0 ? 0 : Math.max(0, delays.max / 1e6 - RESOLUTION_MS);
    delays.reset();
    process.send({ longestMs });
  });
  process.channel.unref();
  // A test that was killed leaves nobody behind.
  process.on('disconnect', () => process.exit(1));
}
