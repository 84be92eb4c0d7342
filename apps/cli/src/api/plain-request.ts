import type { ClientRequest, IncomingMessage } from 'node:http';

/** The parts of an answer that a client of the API needs. Not `fetch` and its Response, because Node loads a whole HTTP client at their first use. */
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

/** Sends one request over http, or over https to a server with a public certificate, and reads the whole answer. Does not follow redirects. */
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
