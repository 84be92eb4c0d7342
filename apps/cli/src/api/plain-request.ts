import type { ClientRequest, IncomingMessage } from 'node:http';

/** As much of an answer as a client of the API needs: of `fetch` and its Response, Node loads an HTTP client of its own at first use. */
export interface Heard {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: { get(name: string): string | null };
  json(): Promise<unknown>;
}

export interface Asking {
  method: string;
  headers: Record<string, string>;
  body?: string;
  signal: AbortSignal;
}

/** One request by http, or by https to a server of a public authority, with its whole answer. Redirects are not followed. */
export async function plainRequest(url: URL, { method, headers, body, signal }: Asking): Promise<Heard> {
  const { request } = await (url.protocol === 'https:' ? import('node:https') : import('node:http'));
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const answered = (answer: IncomingMessage) => void whole(answer).then(resolve, reject);
    const sent: ClientRequest = request(url, { method, headers: { ...headers, ...length }, signal }, answered);
    sent.once('error', reject);
    sent.end(body);
  });
}

async function whole(answer: IncomingMessage): Promise<Heard> {
  const { statusCode: status = 502, headers } = answer;
  if (status >= 300 && status < 400) {
    answer.destroy();
    throw new TypeError(`the server answered with a redirect (${status})`);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: { get: (name) => [headers[name] ?? null].flat()[0] ?? null },
    json: () => Promise.resolve().then(() => JSON.parse(text) as unknown),
  };
}
