/** The ledger's contract on a real server of EventStoreDB or KurrentDB. Needs its URL, and nothing else. */
const { spawnSync } = require('node:child_process');
const path = require('node:path');

if (!process.env.EVENTSTORE_TEST_URL) {
  console.error(`EVENTSTORE_TEST_URL is not set: it says where a server is that may be written to, such as
  EVENTSTORE_TEST_URL='esdb://admin:changeit@localhost:2113?tls=false' npm run test:eventstore
Each test writes a stream of its own, named tallystick-test-…; none is deleted.`);
  process.exit(2);
}
const { status } = spawnSync(
  process.execPath,
  [path.join(__dirname, 'test.js'), 'src/ledger/eventstoredb/eventstoredb-ledger'],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
