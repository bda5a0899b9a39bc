/** What was asked cannot be done with this generation, or with none of that number. */
export class GenerationRefused extends Error {
  readonly code = 'generation-refused';
}

/** Somebody else works with it, and went on doing so for as long as was waited. */
export class GenerationBusy extends GenerationRefused {}
