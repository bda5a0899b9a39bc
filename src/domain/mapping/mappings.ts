import type { KnownSource } from './check';
import type { SourceSettings } from '../sources/source-kind';
import { corrected } from './expressions';
import { SourceMapping } from './source-mapping';
import { type MappingDocument, emptyMapping, tableNames } from './tables';

/** A mapping, compiled for a source when that source is first asked for. */
export class Mappings {
  private readonly isEmpty: boolean;
  private readonly corrected = new WeakMap<SourceSettings, SourceSettings>();
  private readonly compiled = new Map<string, { source: KnownSource; mapping: SourceMapping | null }>();

  constructor(readonly document: MappingDocument = emptyMapping) {
    this.isEmpty = tableNames.every((name) => document[name].length === 0);
  }

  /**
   * How the source's messages are to be read. The same object for the same settings: what was compiled from it is found by it.
   */
  reading<S extends SourceSettings>(source: S): S {
    if (this.document.expressions.length === 0 || source.mapping === undefined) return source;
    const known = this.corrected.get(source);
    if (known) return known as S;
    const settings = corrected(source, this.document);
    this.corrected.set(source, settings);
    return settings;
  }

  /** Null where nothing is said of the source: its facts stay the very objects that they are. */
  of(source: KnownSource): SourceMapping | null {
    if (this.isEmpty) return null;
    const known = this.compiled.get(source.name);
    // A source may be configured anew, with another zone.
    if (known?.source === source) return known.mapping;
    const mapping = new SourceMapping(this.document, source);
    const compiled = { source, mapping: mapping.isEmpty ? null : mapping };
    this.compiled.set(source.name, compiled);
    return compiled.mapping;
  }
}

export const noMappings = new Mappings();
