/** An order's state derived anew from some of its facts: what was known at a position, or had happened by an instant. */
import { type CaseKind, type CaseStates, caseKinds } from '../../domain/cases/kinds';
import type { Mappings } from '../../domain/mapping/mappings';
import type { HeldFact } from '../../domain/cases/held';
import type { OrderState } from '../../domain/cases/order';
import { kindOf, route } from '../../domain/cases/route';
import type { ChannelOrderState } from '../../domain/cases/simple';
import type { Fact } from '../../ledger/port';
import type { SourceBook } from '../../projections/sources';
import { readable } from '../../projections/translate';

export interface Refolded {
  order: OrderState | null;
  channel: ChannelOrderState | null;
}

type AnyKind = (typeof caseKinds)['order'];
type AnyState = CaseStates['order'];

/** With the mapping that is in force, as the live generation. */
export class Refold {
  private readonly states = new Map<string, AnyState>();

  constructor(
    private readonly keys: { order: string | null; channel: string | null },
    private readonly sources: SourceBook,
    private readonly mapping: Mappings,
  ) {}

  take(facts: readonly Fact[]): void {
    const { keys, states } = this;
    for (const fact of facts) {
      const { translation, hash } = readable(fact, this.sources.get(fact.source), this.mapping);
      if (!translation.ok) continue;
      for (const canonical of translation.facts) {
        const { type, doc, body: value, revision: rev, occurredAt: at } = canonical;
        const held = { key: `${fact.source}/${doc}`, fact: fact.position, rev, at, hash, value };
        for (const key of route(canonical)) {
          if (key === keys.order || key === keys.channel || key.startsWith('invoice:'))
            states.set(key, kind(key).evolve(this.state(key), { type, held } as HeldFact));
        }
      }
    }
  }

  /** Null halves: none of the facts speaks of them. */
  result(): Refolded {
    const { keys, states } = this;
    // A consolidated invoice reaches its orders through a case of its own.
    for (const [from, invoice] of [...states].filter(([key]) => key.startsWith('invoice:'))) {
      for (const { target, value } of kind(from).contributions?.(invoice) ?? [])
        if (target === keys.order)
          states.set(
            target,
            kind(target).receive?.(this.state(target), from, value, false) ?? this.state(target),
          );
    }
    const found = (key: string | null) => (key === null ? null : (states.get(key) ?? null));
    return { order: found(keys.order), channel: found(keys.channel) as ChannelOrderState | null };
  }

  private state(key: string): AnyState {
    return this.states.get(key) ?? kind(key).initial(key.slice(kindOf(key).length + 1));
  }
}

/** A key's kind and its state always belong together. */
function kind(key: string): AnyKind {
  return caseKinds[kindOf(key) as CaseKind] as AnyKind;
}
