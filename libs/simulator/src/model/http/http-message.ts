/** A request to a daemon's local API, already read from its transport. */
export interface HttpRequest {
  readonly method: string;
  /** Including the query, if any. */
  readonly path: string;
  /** Header names in lowercase. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: neither a body nor a Content-Length, which differs from an empty body. */
  readonly body?: string;
  /** The caller's IP address; loopback when absent. */
  readonly remote?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: string;
}

export const json = (value: unknown, status = 200): HttpAnswer => ({
  status,
  contentType: 'application/json',
  body: JSON.stringify(value),
});

/** The API's two ways to refuse: an empty object, or nothing at all, not even a content type. */
export const emptyObject = (status: number): HttpAnswer => json({}, status);
export const bare = (status: number): HttpAnswer => ({ status, contentType: null, body: '' });

/** Malformed JSON and anything that is not an object count as an empty body. */
export function readBody(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
