import type { BACKWARDS, END, EventStoreDBClient, RecordedEvent, START } from '@eventstore/db-client';

export interface ReadOptions {
  fromRevision: bigint | typeof START | typeof END;
  maxCount: number;
  direction?: typeof BACKWARDS;
}

/** What is asked of a server, whichever stream of it is meant. */
export interface Access {
  readonly client: EventStoreDBClient;
  readonly options: {
    credentials: { username: string; password: string };
    requiresLeader: boolean;
    deadline: number;
  };
  /** [] for a stream that is not there. */
  events(stream: string, options: ReadOptions): Promise<RecordedEvent[]>;
}
