/** After what an answer goes on: two texts or a text and a number, as each section makes them. */
export type Place = readonly [string, string | number];

export interface Page<T> {
  items: T[];
  /** Null where nothing is left. A page may have fewer items than were asked for, or none, and a place still. */
  place: Place | null;
}
