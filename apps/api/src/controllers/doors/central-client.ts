import type { Prefix } from '@orrery/shared/addresses';
import { explain } from '@orrery/shared/contracts';
import { AppError, backoffMs, withTimeout, type BackoffOptions, type Secret } from '@orrery/shared/runtime';
import type { z } from 'zod';
import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { centralAway, centralRefused, whyNoAnswer, whyNotAsked } from './central-trouble.js';
import { JudgedRequests, type Resolve } from './judged-requests.js';
import { RequestPace, type Pace } from './request-pace.js';

export interface CentralSettings {
  /** Base URL, such as https://api.zerotier.com/api/v1. */
  url: string;
  token: Secret;
  /** Where it may be besides the public internet. */
  allowed: readonly Prefix[];
  resolve?: Resolve;
  pace?: Pace;
  /** How long one complete answer may take. */
  answerMs?: number;
  /** Pauses after a 429 without a Retry-After. */
  backoff?: BackoffOptions;
}

/** The limit for free accounts according to the document; paying accounts have five times as much. */
const FREE_ACCOUNT: Pace = { requests: 20, windowMs: 1000 };
const ANSWER_MS = 10_000;
const BACKOFF: BackoffOptions = { firstMs: 1000, maxMs: 8000 };
/** The maximum number of attempts when Central keeps answering 429. */
const TRIES = 4;
/** For longer pauses the request fails, and the caller tries again later. */
const LONGEST_PAUSE_MS = 30_000;

/**
 * HTTP client for ZeroTier Central, within its rate limit. One for each controller, because the limit is per account.
 */
export class CentralClient {
  readonly #base: string;
  readonly #token: Secret;
  readonly #pace: RequestPace;
  readonly #answerMs: number;
  readonly #backoff: BackoffOptions;
  readonly #refusal: AppError | undefined;
  readonly #requests: JudgedRequests | undefined;

  constructor({
    url,
    token,
    allowed,
    resolve,
    pace = FREE_ACCOUNT,
    answerMs = ANSWER_MS,
    backoff = BACKOFF,
  }: CentralSettings) {
    this.#base = url.replace(/\/+$/, '');
    this.#token = token;
    this.#pace = new RequestPace(pace);
    this.#answerMs = answerMs;
    this.#backoff = backoff;
    this.#refusal = whyNotAsked(this.#base, token);
    this.#requests = this.#refusal ? undefined : new JudgedRequests(this.#base, allowed, resolve);
  }

  /** Central's answer, parsed; undefined for 404. */
  async ask<T>(schema: z.ZodType<T>, method: 'GET' | 'POST', path: string, body?: object): Promise<T | undefined> {
    const answer = await this.request(method, path, body);
    return answer.status === 404 ? undefined : this.parse(schema, answer, `${method} ${path}`);
  }

  /** A 404 means that it did not exist, which is fine. */
  async delete(path: string): Promise<void> {
    await this.request('DELETE', path);
  }

  /** Refuses waiting requests. Requests already sent end by themselves, within the time for an answer. */
  close(): void {
    this.#pace.close();
    this.#requests?.close();
  }

  private async request(method: string, path: string, body?: object): Promise<CentralAnswer> {
    const requests = this.#requests;
    if (!requests) throw this.#refusal ?? new Error('no requests are possible');
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#pace.run(() => this.send(requests, method, path, body));
      if (answer.status !== 429) return this.accepted(answer, `${method} ${path}`);
      const pauseMs = answer.retryAfterMs ?? backoffMs(attempt, this.#backoff);
      if (attempt === TRIES || pauseMs > LONGEST_PAUSE_MS) throw this.tooMany(answer, attempt);
      this.#pace.hold(pauseMs);
    }
  }

  private async send(requests: JudgedRequests, method: string, path: string, body?: object): Promise<CentralAnswer> {
    const asked = `${this.where} did not answer ${method} ${path} as it should`;
    const request = async (signal: AbortSignal) => {
      const headers = {
        ...{ accept: 'application/json', 'accept-encoding': 'gzip', authorization: `token ${this.#token.reveal()}` },
        ...(body ? { 'content-type': 'application/json' } : {}),
      };
      const sent = requests.send(path, { method, headers, signal, body: body && JSON.stringify(body) });
      const response = await sent.catch((error: unknown) => {
        if (error instanceof AppError) throw error;
        throw centralAway(`${this.where} cannot be reached: ${whyNoAnswer(error)}`);
      });
      return readCentralAnswer(response, asked);
    };
    return withTimeout(this.#answerMs, request, () =>
      centralAway(`${this.where} did not answer ${method} ${path} within ${this.#answerMs} ms`),
    );
  }

  /** Returns a successful answer, or a 404. */
  private accepted(answer: CentralAnswer, asked: string): CentralAnswer {
    const { status } = answer;
    if ((status >= 200 && status < 300) || status === 404) return answer;
    if (status === 401) throw centralRefused(`${this.where} does not accept the token (401 to ${asked})`);
    if (status === 403)
      throw centralRefused(
        `${this.where} does not accept the token, or its account is not allowed to do this (403 to ${asked})`,
      );
    if (status === 400)
      throw new AppError({
        kind: 'user',
        ...explain('bad-request/by-central', { cause: `${this.where} does not accept this (400 to ${asked})` }),
      });
    const is = status >= 300 && status < 400 ? `${status}, a redirect` : String(status);
    throw centralAway(`${this.where} answered ${asked} with ${is}`);
  }

  private parse<T>(schema: z.ZodType<T>, answer: CentralAnswer, asked: string): T {
    let json: unknown;
    try {
      json = JSON.parse(answer.text);
    } catch {
      throw centralAway(`${this.where} answered ${asked} with ${this.described(answer)}`);
    }
    const parsed = schema.safeParse(json);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const at = issue?.path.length ? `its ${issue.path.map(String).join('.')}` : 'it';
    throw centralAway(
      `${this.where} answered ${asked} with JSON of another shape: ${at} ${issue?.message ?? 'is wrong'}`,
    );
  }

  /**
   * Describes an answer that is not JSON in our words. Quoting it would show the person who gave the URL what only the
   * API can reach.
   */
  private described({ type, bytes }: CentralAnswer): string {
    if (bytes === 0) return 'nothing';
    return type === 'text/html' ? 'a web page instead of JSON' : 'something that is not JSON, or not all of it';
  }

  private tooMany({ retryAfterMs }: CentralAnswer, tries: number): AppError {
    const wish = retryAfterMs === undefined ? '' : `, and asks for a pause of ${Math.ceil(retryAfterMs / 1000)} s`;
    const facts = { where: this.where, tries: tries === 1 ? 'once' : `${tries} times`, wish };
    return new AppError({ kind: 'operational', ...explain('controller-away/central-busy', facts) });
  }

  private get where(): string {
    return `ZeroTier Central at ${new URL(this.#base).host}`;
  }
}

export interface CentralAnswer {
  status: number;
  /** Media type, without parameters. */
  type: string;
  /** The requested pause, in milliseconds. */
  retryAfterMs: number | undefined;
  text: string;
  bytes: number;
}

/** Ten thousand records take about 15 MB. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Reads an answer to its end. Throws AppError `controller-away` when it breaks off or does not end. */
export async function readCentralAnswer(response: IncomingMessage, asked: string): Promise<CentralAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of unpacked(response)) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes > MAX_BYTES) break;
    }
  } catch (error) {
    throw centralAway(`${asked}: the answer broke off after ${bytes} bytes (${whyNoAnswer(error)})`);
  }
  if (bytes > MAX_BYTES) throw centralAway(`${asked}: the answer is longer than ${MAX_BYTES} bytes`);
  const { statusCode: status = 0, headers } = response;
  return {
    status,
    type: (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '',
    retryAfterMs: retryAfterMs(headers['retry-after'] ?? null),
    text: Buffer.concat(chunks).toString('utf8'),
    bytes,
  };
}

/** Compression shrinks records of thousands of nodes to a tenth. The limit applies to the unpacked answer. */
function unpacked(response: IncomingMessage): Readable {
  if (response.headers['content-encoding'] !== 'gzip') return response;
  // Errors of the source reach the reader of the pipeline.
  return pipeline(response, createGunzip(), () => undefined);
}

/** `Retry-After` is a number of seconds or a date. */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
