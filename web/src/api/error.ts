// ApiError is the one kind of failure that the client throws, besides an abort.

/** offline: nobody answers; loading, busy: ask again in a moment; problem: asking again would not help. */
export type Trouble = 'offline' | 'loading' | 'busy' | 'problem';

export class ApiError extends Error {
  constructor(
    readonly trouble: Trouble,
    readonly title: string,
    readonly detail: string,
    readonly status = 0,
    readonly code = '',
  ) {
    super(detail || title);
  }
}

export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

/** Makes any thrown value an ApiError; what is not one is a fault of the page and shows as such. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError('problem', 'Something in this page went wrong', error instanceof Error ? error.message : String(error));
}

function troubleOf(status: number, code: string): Trouble {
  if (code === 'shutting_down') return 'offline';
  if (status === 503 && code === 'loading') return 'loading';
  return status === 503 || status === 429 ? 'busy' : 'problem';
}

/** Reads a problem+json answer (RFC 9457); any other body becomes a plain sentence. */
export async function problemOf(response: Response): Promise<ApiError> {
  let body: Record<string, unknown> = {};
  try {
    body = (await response.json()) as Record<string, unknown>;
  } catch (cause) {
    if (isAbort(cause)) throw cause;
  }
  const word = (key: string): string => (typeof body[key] === 'string' ? (body[key] as string) : '');
  const code = word('code');
  return new ApiError(
    troubleOf(response.status, code),
    word('title') || `The daemon answered ${response.status}`,
    word('detail'),
    response.status,
    code,
  );
}
