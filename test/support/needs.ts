/**
 * For tests that not every machine can run: `needs(brokers !== undefined, 'a Kafka broker: set KAFKA_BROKERS')('reads …', …)`.
 * Where the condition does not hold the test is skipped, and the end of `npm test` lists it with what it needs.
 */
export function needs(condition: boolean, what: string): jest.It {
  if (condition) return it;
  return ((name: string, run?: jest.ProvidesCallback, timeout?: number) => {
    it.skip(`${name} (needs ${what})`, run, timeout);
  }) as jest.It;
}
