import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { TrustedInit } from '@orrery/shared/tls';
import type { z } from 'zod';
import { timeoutSignal } from '@orrery/shared/timeouts';
import { CliError } from '../errors/cli-error.js';
import { ExitCode } from '../errors/exit-code.js';
import type { Settings } from '../settings.js';
import { type Heard, plainRequest } from './plain-request.js';

export type Query = Record<string, string | number | boolean | undefined>;
export interface Answer<T> {
  value: T;
  /** The JSON as received, for `-o json`: it may have fields that this version does not know. */
  raw: unknown;
  etag: string | undefined;
}
export interface RequestOptions {
  query?: Query;
  body?: unknown;
  ifMatch?: string | undefined;
  /** Milliseconds; long polls need more than the default. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** It changes nothing, whatever its method: nothing has to be kept so that it is done only once. */
  onlyLooks?: true;
}
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const TIMEOUT_MS = 15_000;
const AGAIN_MS = 500;

/** What a client does about an API that is restarting. */
export interface Patience {
  /** How long a change is sent again while the API does not answer, or answers 503. */
  forMs: number;
  /** Called once, before the first wait. */
  onWaiting: () => void;
}

/** The only access to the HTTP API: every answer is parsed with its schema, every failure becomes a CliError. */
export class ApiClient {
  #hasWaited = false;

  constructor(
    private readonly settings: Settings,
    private readonly patience: Patience = { forMs: 0, onWaiting: () => undefined },
  ) {}

  get url(): string {
    return this.settings.url;
  }

  get token(): string | undefined {
    return this.settings.token;
  }

  /** `fetch` with this API's trust: nothing is sent to any other server. */
  async fetch(url: string | URL, init: TrustedInit): Promise<Response> {
    const { trust } = this.settings;
    if (!trust) return fetch(url, { redirect: 'error', ...(init as RequestInit) });
    const { trustedFetch } = await import('@orrery/shared/tls');
    return trustedFetch(url, init, trust);
  }

  urlOf(path: string, query: Query = {}): URL {
    const url = new URL(this.settings.url + path);
    for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, String(value));
    return url;
  }

  get<Schema extends z.ZodType>(path: string, schema: Schema, options: Omit<RequestOptions, 'body'> = {}) {
    return this.request('GET', path, schema, options);
  }

  async request<Schema extends z.ZodType>(
    method: Method,
    path: string,
    schema: Schema,
    options: RequestOptions = {},
  ): Promise<Answer<z.infer<Schema>>> {
    const response = await this.#send(method, path, options);
    const raw = await response.json().catch((error: unknown) => {
      if (options.signal?.aborted) throw error;
      return this.#errors().then(({ foreignAnswer }) => {
        throw foreignAnswer(this.settings, response.status);
      });
    });
    if (!response.ok) throw (await this.#errors()).problemError(this.settings, response.status, raw);
    const parsed = schema.safeParse(raw);
    if (!parsed.success) throw unexpectedShape(method, path, parsed.error);
    return { value: parsed.data, raw, etag: response.headers.get('etag') ?? undefined };
  }

  /** The error for an answer other than 2xx. */
  async refusal(response: Response): Promise<CliError> {
    const { problemError } = await this.#errors();
    return problemError(this.settings, response.status, await response.json().catch(() => undefined));
  }

  /**
   * A read is sent once, and once more if a kept-alive connection broke. A change carries an idempotency key, so it happens only once
   * however often it is sent; it is sent again for a while when the API seems to be restarting.
   */
  async #send(method: Method, path: string, options: RequestOptions): Promise<Heard> {
    const { query = {}, body, ifMatch, timeoutMs = TIMEOUT_MS, signal } = options;
    const url = this.urlOf(path, query);
    const headers: Record<string, string> = { accept: 'application/json' };
    if (this.settings.token) headers.authorization = `Bearer ${this.settings.token}`;
    if (method !== 'GET' && !options.onlyLooks) headers['idempotency-key'] = randomUUID();
    if (ifMatch) headers['if-match'] = ifMatch;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const send = () => {
      const late = timeoutSignal(timeoutMs);
      const init = {
        method,
        headers,
        signal: signal ? AbortSignal.any([late, signal]) : late,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      };
      return this.settings.trust ? this.fetch(url, init) : plainRequest(url, init);
    };
    try {
      if (method !== 'GET') return await this.#patiently(send, signal);
      return await send().catch((error: unknown) => {
        if (isBrokenConnection(error)) return send();
        throw error;
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw (await this.#errors()).unreachable(this.settings, error);
    }
  }

  /** Loaded only for an error, because its schemas would slow down every start of the CLI. */
  #errors() {
    return import('./api-errors.js');
  }

  async #patiently(send: () => Promise<Heard>, signal: AbortSignal | undefined): Promise<Heard> {
    const deadline = performance.now() + this.patience.forMs;
    for (let tries = 1; ; tries++) {
      const heard = await send().catch((error: unknown) => {
        if (isAway(error)) return { error };
        throw error;
      });
      const isError = 'error' in heard;
      if (!isError && heard.status !== 503) return heard;
      // A broken kept-alive connection says nothing about the API.
      if (isError && tries === 1 && isBrokenConnection(heard.error)) continue;
      const left = deadline - performance.now();
      if (left <= 0) {
        if (isError) throw heard.error;
        return heard;
      }
      if (!this.#hasWaited) this.patience.onWaiting();
      this.#hasWaited = true;
      await delay(Math.min(AGAIN_MS, left), undefined, signal ? { signal } : {});
    }
  }
}

function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  return cause?.code ?? code ?? '';
}

const isBrokenConnection = (error: unknown) => ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(codeOf(error));
const isAway = (error: unknown) => isBrokenConnection(error) || codeOf(error) === 'ECONNREFUSED';

const unexpectedShape = (method: string, path: string, error: z.ZodError) =>
  new CliError({
    exitCode: ExitCode.failed,
    code: 'unexpected-answer',
    cause: `unexpected response to ${method} ${path}: ${error.issues
      .slice(0, 3)
      .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
      .join('; ')}`,
    fix: 'Check that the CLI and the API have the same version: `orrery version`',
    origin: error,
  });
