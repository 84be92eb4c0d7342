import { request as httpRequest } from 'node:http';

/** One request to a daemon's local API, as a test states it. */
export interface Ask {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** Default: the right token. */
  readonly auth?: 'correct' | 'wrong' | 'absent';
  /** An object is sent as JSON, a string as it is; without one nothing is sent, not even a Content-Length. */
  readonly body?: object | string;
}

/** `status` is null if no answer came within the time that a caller would wait. */
export interface Answer {
  readonly status: number | null;
  readonly contentType: string | null;
  readonly body: unknown;
}

/** A way to talk to one daemon. Rejects if nothing listens there. */
export type Talk = (ask: Ask) => Promise<Answer>;

export const textOf = (body: object | string | undefined): string | undefined =>
  typeof body === 'object' ? JSON.stringify(body) : body;

/** JSON as a value, anything else as text; an absent body is an empty text. */
export function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Talks HTTP to a daemon. `patience`: give up after this many milliseconds without an answer. */
export function talkTo(host: string, port: number, token: string, patience = 2_000): Talk {
  return ({ method, path, auth = 'correct', body }) =>
    new Promise((resolve, reject) => {
      const text = textOf(body);
      const headers: Record<string, string> = {};
      if (auth !== 'absent') headers['X-ZT1-Auth'] = auth === 'correct' ? token : 'wrong';
      if (text !== undefined) headers['Content-Length'] = String(Buffer.byteLength(text));
      const call = httpRequest({ host, port, method, path, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          clearTimeout(timer);
          resolve({
            status: response.statusCode ?? null,
            contentType: response.headers['content-type'] ?? null,
            body: valueOf(Buffer.concat(chunks).toString('utf8')),
          });
        });
      });
      const timer = setTimeout(() => {
        call.destroy();
        resolve({ status: null, contentType: null, body: '' });
      }, patience);
      call.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      // Node would add a Transfer-Encoding to a POST without an explicit length.
      if (text === undefined) call.useChunkedEncodingByDefault = false;
      call.end(text);
    });
}
