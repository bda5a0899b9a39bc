/**
 * Jest reporter: writes the runner's numbers and the names of skipped tests to JEST_TEST_RESULTS, from where
 * scripts/test.js prints them last. A file that could not even start counts as one failure.
 */
'use strict';
const fs = require('node:fs');

module.exports = class ResultsReporter {
  onRunComplete(_contexts, results) {
    const target = process.env.JEST_TEST_RESULTS;
    if (!target) return;
    const skippedTests = results.testResults.flatMap((file) =>
      file.testResults
        .filter((test) => test.status === 'pending' || test.status === 'todo')
        .map((test) => test.fullName),
    );
    fs.writeFileSync(
      target,
      JSON.stringify({
        passed: results.numPassedTests,
        failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
        skipped: results.numPendingTests + results.numTodoTests,
        skippedTests,
      }),
    );
  }
};
