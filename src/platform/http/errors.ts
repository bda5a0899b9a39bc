/** What an HTTP answer that is not a success carries; `ProblemFilter` writes it as RFC 9457 problem+json. */
export interface ProblemExtras {
  /** Members of the problem beside the standard ones: `line`, `column`, `known` … Told to the caller. */
  members?: Readonly<Record<string, unknown>>;
  /** Headers of the answer, such as Retry-After. */
  headers?: Readonly<Record<string, string>>;
  /** For the log only. */
  cause?: unknown;
}

/**
 * A refusal that the caller may read: everything but `cause` is sent. `code` is stable and in kebab-case; `title` is the
 * same for every occurrence of a code; the message is the detail of this one.
 */
export class ApiError extends Error {
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    detail: string,
    { members = {}, headers = {}, cause }: ProblemExtras = {},
  ) {
    super(detail, { cause });
    this.name = 'ApiError';
    this.members = members;
    this.headers = headers;
  }
}

export function badRequest(code: string, title: string, detail: string, extras?: ProblemExtras): ApiError {
  return new ApiError(400, code, title, detail, extras);
}

export function notFound(code: string, title: string, detail: string, extras?: ProblemExtras): ApiError {
  return new ApiError(404, code, title, detail, extras);
}

export function conflict(code: string, title: string, detail: string, extras?: ProblemExtras): ApiError {
  return new ApiError(409, code, title, detail, extras);
}

/** Try again: the work was not done, and nothing of it will be. */
export function unavailable(
  code: string,
  title: string,
  detail: string,
  retryAfterSeconds: number,
  cause?: unknown,
): ApiError {
  return new ApiError(503, code, title, detail, {
    headers: { 'retry-after': String(retryAfterSeconds) },
    cause,
  });
}
