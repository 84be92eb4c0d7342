import { Problem, type ProblemCode } from '@orrery/shared/contracts';
import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';

/** How long a busy database is asked again. */
const BUSY_MS = 60_000;

export interface Asking {
  body?: unknown;
  headers?: Record<string, string>;
  token?: string;
}

/** A client of the HTTP API that checks every answer against its schema. */
export class ApiClient {
  constructor(
    readonly url: string,
    private readonly token: () => Promise<string>,
  ) {}

  async raw(method: string, path: string, { body, headers = {}, token }: Asking = {}): Promise<Response> {
    const authorization = `Bearer ${token ?? (await this.token())}`;
    const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    return fetch(this.url + path, {
      method,
      headers: { authorization, ...json, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
  }

  /** A response without an end, until the signal aborts it. */
  async stream(path: string, signal: AbortSignal): Promise<Response> {
    return fetch(this.url + path, { headers: { authorization: `Bearer ${await this.token()}` }, signal });
  }

  /** Must succeed, with exactly the shape of the schema. */
  async ask<Schema extends z.ZodType>(
    method: string,
    path: string,
    schema: Schema,
    asking: Asking = {},
  ): Promise<z.infer<Schema>> {
    const response = await this.raw(method, path, asking);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    const json: unknown = JSON.parse(text);
    const parsed = schema.parse(json);
    if (sorted(parsed) !== sorted(json))
      throw new Error(`${method} ${path} answers what its schema does not name: ${text}`);
    return parsed;
  }

  /**
   * The same, asked again while 503 is the answer, as every client does: where many want the same host on a busy machine, its lock is not free
   * for all of them within the three seconds that each waits. Such an answer says that nothing was changed.
   */
  async insist<Schema extends z.ZodType>(
    method: string,
    path: string,
    schema: Schema,
    asking: Asking = {},
  ): Promise<z.infer<Schema>> {
    const end = performance.now() + BUSY_MS;
    for (;;) {
      const answer = await this.ask(method, path, schema, asking).catch((error: Error) => {
        if (!error.message.includes('"code":"store-unavailable"') || performance.now() > end) throw error;
      });
      if (answer !== undefined) return answer;
      await pause(100);
    }
  }

  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> {
    return this.ask('GET', path, schema);
  }

  /** Must be refused, with a well-formed problem of this code. */
  async refused(method: string, path: string, code: ProblemCode, asking: Asking = {}): Promise<Problem> {
    const response = await this.raw(method, path, asking);
    const text = await response.text();
    const problem = Problem.strict().safeParse(JSON.parse(text));
    if (!problem.success || problem.data.status !== response.status || problem.data.code !== code)
      throw new Error(`${method} ${path} should be refused with ${code}; it answered ${response.status} ${text}`);
    return problem.data;
  }
}

const sorted = (value: unknown) =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
