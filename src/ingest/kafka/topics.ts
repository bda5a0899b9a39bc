import { kindFor } from '../../domain/sources/registry';
import type { SourceKind, SourceSettings } from '../../domain/sources/source-kind';
import { ConfigError } from '../../platform/config';
import { OWN_SOURCE } from '../../projections/translate';
import { own } from '../../domain/own';

export interface TopicSource {
  settings: SourceSettings;
  kind: SourceKind;
}

interface Sources {
  get(name: string): SourceSettings | undefined;
  all(): readonly SourceSettings[];
}

/**
 * What is in a topic, asked at every batch: a source's settings may change while it is read. Throws ConfigError naming every
 * topic whose source is not known, once the sources are.
 */
export function topicSources(
  topics: Readonly<Record<string, string>>,
  sources: Sources,
): (topic: string) => TopicSource {
  const problems = Object.entries(topics)
    .filter(([, name]) => sourceOf(sources, name) === null)
    .map(([topic, name]) => `kafka.topics.${topic}: there is no source ${name}; ${knownOf(sources)}`);
  if (problems.length > 0) throw new ConfigError(problems);
  return (topic) => {
    const name = own(topics, topic);
    const found = name === undefined ? null : sourceOf(sources, name);
    if (found === null) throw new Error(`the topic ${topic} has no source`);
    return found;
  };
}

/** Our own facts are recorded by us alone. */
function sourceOf(sources: Sources, name: string): TopicSource | null {
  const settings = sources.get(name);
  const kind = settings && kindFor(settings);
  return settings && kind && settings.kind !== OWN_SOURCE ? { settings, kind } : null;
}

function knownOf(sources: Sources): string {
  const names = sources
    .all()
    .filter(({ kind }) => kind !== OWN_SOURCE)
    .map(({ name }) => name);
  return names.length === 0 ? 'no source is configured' : `name one of ${names.join(', ')}`;
}
