/** Four eyes, by the policy in force: a key vouches for who promotes, and he wrote nothing of what changes by it. */
import type { Ledger } from '../ledger/port';
import { localActor } from '../platform/http/auth/actor';
import { GenerationRefused } from './generation-refused';
import type { Generation, Succession } from './generations';
import { differences } from './promotion';
import { CONFIGURATION, writersOf } from './writers';

/** Who promotes, and whether a key vouches for him. */
export interface Promoter {
  name: string;
  verified: boolean;
}

type Version = Pick<Generation, 'made' | 'fingerprint'>;

const asksForFourEyes = ({ made }: Version) => made.policy.promotion?.fourEyes === true;

/**
 * What a promotion asks in its transaction. Who wrote what is read before, as it takes the ledger: an answer for another pair of
 * generations than was asked about is none. The permission throws `GenerationRefused`.
 */
export async function permission(
  ledger: Ledger,
  seen: Succession,
  promoter: Promoter,
): Promise<(succession: Succession) => void> {
  const writers = asksForFourEyes(seen.live) ? await writersOf(ledger, seen) : null;
  return ({ live }) => {
    if (!asksForFourEyes(live)) return;
    if (writers === null || live.id !== seen.live.id)
      throw new GenerationRefused(`generation ${live.id} took the live one's place meanwhile: ask again`);
    assertOther(promoter, writers);
  };
}

function assertOther({ name, verified }: Promoter, writers: ReadonlySet<string>): void {
  const asks =
    'the policy asks for four eyes: another person than those who wrote it or asked for it, with a key, promotes it';
  if (!verified) throw new GenerationRefused(asks);
  if (writers.has(name))
    throw new GenerationRefused(`${asks}; written or asked for by ${[...writers].join(', ')}`);
  const known = [...writers].filter((each) => each !== localActor.name && each !== CONFIGURATION);
  if (writers.size > 0 && known.length === 0)
    throw new GenerationRefused(
      `${asks}; no key vouches for who wrote it (${[...writers].join(', ')}): have it asked for anew with a key, by POST /v1/replays`,
    );
}

/** What a process would change by itself that somebody wrote: then a person promotes it. Null where nothing stands in its way. */
export function whyNotUnattended(live: Version, next: Version): string | null {
  if (!asksForFourEyes(live)) return null;
  const differ = differences(live, next);
  const byPerson = live.made.policy.promotion?.upgrades === 'by-person';
  if (differ.length === 0 || (!byPerson && differ.every((name) => name === 'code'))) return null;
  return (
    `the policy asks for four eyes, and these differ from what is in force: ${differ.join(', ')}; ` +
    'have it replayed with a key, by POST /v1/replays, and promoted with another'
  );
}

/** Throws `GenerationRefused`. */
export function assertUnattended({ live, next }: { live: Version; next: Version }): void {
  const why = whyNotUnattended(live, next);
  if (why !== null) throw new GenerationRefused(why);
}
