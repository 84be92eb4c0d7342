import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Problem, type ProblemCode } from '@orrery/shared/contracts';
import type { z } from 'zod';

export interface StubRequest {
  method: string;
  /** Decoded, without the query: `/v1/nodes/web-1/demo/networks/lab`. */
  path: string;
  /** As it was sent. */
  url: string;
  query: Record<string, string>;
  headers: IncomingMessage['headers'];
  body: unknown;
}
export interface StubAnswer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}
type Handler = (request: StubRequest, response: ServerResponse) => StubAnswer | Promise<StubAnswer> | undefined;

const TOKEN = 'ora_stub';

/**
 * An HTTP API whose answers a test provides one by one. Bodies are made with `json`, which parses them with the
 * contract's schema: a test cannot give an answer that the real API could not give.
 */
export class StubApi {
  readonly requests: StubRequest[] = [];
  readonly #routes = new Map<string, Handler>();
  #server: Server | undefined;
  #port = 0;

  static async start(): Promise<StubApi> {
    const stub = new StubApi();
    await stub.listen();
    return stub;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** For the CLI's environment. */
  get env(): Record<string, string> {
    return { ORRERY_URL: this.url, ORRERY_TOKEN: TOKEN };
  }

  /** `on('GET /v1/hosts', () => json(HostPage, …))`. Replaces an earlier answer. */
  on(route: string, handler: Handler): this {
    this.#routes.set(route, handler);
    return this;
  }

  /** All requests to a route. */
  asked(route: string): StubRequest[] {
    return this.requests.filter(({ method, path }) => `${method} ${path}` === route);
  }

  /** Starts, or starts again on the same port. */
  async listen(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', this.url);
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const request: StubRequest = {
      method: incoming.method ?? '',
      path: decodeURIComponent(url.pathname),
      url: incoming.url ?? '',
      query: Object.fromEntries(url.searchParams),
      headers: incoming.headers,
      body: text ? (JSON.parse(text) as unknown) : undefined,
    };
    this.requests.push(request);
    const answer = await this.#handle(request, response);
    if (!answer || response.destroyed) return;
    const type = answer.status >= 400 ? 'application/problem+json' : 'application/json';
    response.writeHead(answer.status, { 'content-type': type, ...answer.headers });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  }

  async #handle(request: StubRequest, response: ServerResponse): Promise<StubAnswer | undefined> {
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return problem(401, 'unauthenticated', 'who is it?');
    const handler = this.#routes.get(`${request.method} ${request.path}`);
    return handler ? handler(request, response) : problem(404, 'unknown-route', `${request.method} ${request.path}`);
  }
}

/** An answer that the contract allows. */
export function json<Schema extends z.ZodType>(schema: Schema, value: z.input<Schema>, status = 200): StubAnswer {
  return { status, body: schema.parse(value) };
}

export function problem(status: number, code: ProblemCode, detail: string, more: Partial<Problem> = {}): StubAnswer {
  return json(Problem, { type: `/docs/errors#${code}`, title: code, status, code, detail, ...more }, status);
}
