/** What the read side refuses, each with its stable code. */
import { cut } from '../domain/facts/cut';
import type { DocumentRefused } from '../domain/refused';
import type { EndRefused } from '../projections/last-fact';
import { ApiError, badRequest, conflict, notFound, unavailable } from '../platform/http/errors';
import type { Unready } from '../platform/readiness';

export function cursorInvalid(): ApiError {
  return badRequest(
    'cursor-invalid',
    'The cursor is not valid',
    'The cursor is not one that this list gave; start again without one.',
  );
}

export function notYetVisible(position: number): ApiError {
  return unavailable(
    'not-yet-visible',
    'The position is not visible yet',
    `The read model has not reached position ${position} of the ledger yet.`,
    1,
  );
}

export function notReady(): ApiError {
  return unavailable(
    'not-ready',
    'The read model is not there yet',
    'There is no live generation yet that this version can read: the projector makes it when it starts.',
    1,
  );
}

/** Parts of the service that say why they should not be relied on. */
export function unreadyFor(reasons: readonly Unready[]): ApiError {
  const detail = reasons.map(({ reason }) => reason).join(' ');
  return new ApiError(503, 'not-ready', 'The service is not ready', detail, {
    members: { reasons },
    headers: { 'retry-after': '5' },
  });
}

/** `what` is a noun (`drift`, `order`), and names the code: `drift-unknown`. */
export function unknown(what: string, name: string): ApiError {
  return notFound(`${what}-unknown`, `There is no such ${what}`, `No ${what} is known as ${quoted(name)}.`);
}

export function driftNotOpen(status: string): ApiError {
  return conflict(
    'drift-not-open',
    'The drift is not open',
    `Only an open drift can be accepted; this one is ${status}.`,
    { members: { status } },
  );
}

export function keyReused(): ApiError {
  return conflict(
    'idempotency-key-reused',
    'The idempotency key was used for something else',
    'This Idempotency-Key came before with another content; nothing was recorded now.',
  );
}

export function referenceAmbiguous(name: string, candidates: readonly unknown[]): ApiError {
  return conflict(
    'reference-ambiguous',
    'Several orders have this reference',
    `${candidates.length} orders are known as ${quoted(name)}; ask by the number of one of them.`,
    { members: { candidates } },
  );
}

export function tableUnknown(name: string, known: readonly string[]): ApiError {
  return notFound(
    'mapping-unknown',
    'There is no such table',
    `No table of the mapping is named ${quoted(name)}; the tables are ${known.join(', ')}.`,
    { members: { known } },
  );
}

/** Its code says whether it is the mapping or the policy. */
export function documentRefused({ code, message, problems }: DocumentRefused): ApiError {
  const title = code === 'mapping-invalid' ? 'The mapping is not valid' : 'The policy is not valid';
  return badRequest(code, title, message, { members: { errors: problems } });
}

export function nothingDrafted(what: string): ApiError {
  return conflict(
    'nothing-drafted',
    'Nothing is drafted',
    `No ${what} is drafted that is not in force: draft one, or send the document itself.`,
  );
}

export function endRefused({ code, message }: EndRefused): ApiError {
  return badRequest(code, 'History does not end there', `${capital(message)}.`);
}

export function generationRefused(detail: string): ApiError {
  return conflict('generation-refused', 'This cannot be done with the generation', `${capital(detail)}.`);
}

export function importRefused(detail: string): ApiError {
  return conflict('import-refused', 'This cannot be done with the import', `${capital(detail)}.`);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function quoted(name: string): string {
  return JSON.stringify(cut(name, 200));
}

export function alertNotFound(id: number): ApiError {
  return notFound(
    'alert-not-found',
    'There is no such alert',
    `There is no alert ${id}; GET /v1/alerts lists them.`,
  );
}

export function alertNotDead(id: number): ApiError {
  return conflict(
    'alert-not-dead',
    'The alert was not given up',
    `Alert ${id} was not given up: only one whose status, or the status of its webhook or of Kafka, is dead is sent again.`,
  );
}

export function alertOutdated(id: number, later: number): ApiError {
  return conflict(
    'alert-outdated',
    'Something was told of the same since',
    `Alert ${id} says what was; alert ${later} says what is: where that one is dead, send it again.`,
  );
}
