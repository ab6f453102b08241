// ApiError is the one kind of failure that the client throws, besides an abort.

export type Trouble = 'offline' | 'loading' | 'problem';

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
  const loading = response.status === 503 && (code === '' || code === 'loading' || code === 'busy');
  return new ApiError(
    loading ? 'loading' : 'problem',
    word('title') || `The daemon answered ${response.status}`,
    word('detail'),
    response.status,
    code,
  );
}
