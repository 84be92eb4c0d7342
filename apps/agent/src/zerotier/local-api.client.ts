import { request, type IncomingMessage } from 'node:http';
import type { NetworkId } from '@orrery/shared/contracts';
import { describeError, type Secret } from '@orrery/shared/runtime';
import { z } from 'zod';
import {
  DaemonNetwork,
  DaemonPeer,
  DaemonStatus,
  LocalApiError,
  readAnswer,
  type LocalApi,
  type NetworkFlags,
} from './local-api.js';

export interface Endpoint {
  host: string;
  port: number;
}

/** Where the token comes from. `again` reads it anew, after the daemon refused the one it gave. */
export interface TokenSource {
  current(): Promise<Secret>;
  again(): Promise<Secret | undefined>;
}

/** `GET /network` takes a millisecond; a daemon that is starting may reset or be silent for a second (FACTS). */
const ANSWER_MS = 3_000;
const MAX_BYTES = 8 * 1024 * 1024;

interface Answer {
  status: number;
  body: unknown;
}

/** zerotier-one's HTTP API. A connection for each request: an idle one would hold one of the daemon's few threads for five seconds. */
export class HttpLocalApi implements LocalApi {
  constructor(
    private readonly endpoint: Endpoint,
    private readonly token: TokenSource,
    private readonly answerMs: number = ANSWER_MS,
  ) {}

  async status(signal?: AbortSignal): Promise<DaemonStatus> {
    return readAnswer(DaemonStatus, await this.ask('GET', '/status', [200], signal), 'GET /status');
  }

  async networks(signal?: AbortSignal): Promise<DaemonNetwork[]> {
    return readAnswer(z.array(DaemonNetwork), await this.ask('GET', '/network', [200], signal), 'GET /network');
  }

  async network(network: NetworkId, signal?: AbortSignal): Promise<DaemonNetwork | undefined> {
    const path = `/network/${network}`;
    const answer = await this.ask('GET', path, [200, 404], signal);
    return answer === undefined ? undefined : readAnswer(DaemonNetwork, answer, `GET ${path}`);
  }

  async peers(signal?: AbortSignal): Promise<DaemonPeer[]> {
    return readAnswer(z.array(DaemonPeer), await this.ask('GET', '/peer', [200], signal), 'GET /peer');
  }

  async join(network: NetworkId, flags: NetworkFlags, signal?: AbortSignal): Promise<void> {
    await this.ask('POST', `/network/${network}`, [200], signal, flags);
  }

  /** 404: releases up to 1.10 answer so when the network is not joined. */
  async leave(network: NetworkId, signal?: AbortSignal): Promise<void> {
    await this.ask('DELETE', `/network/${network}`, [200, 404], signal);
  }

  /** The body of an answer with an expected status; undefined for 404. A token that is refused is read once more. */
  private async ask(
    method: string,
    path: string,
    expected: number[],
    signal?: AbortSignal,
    body?: object,
  ): Promise<unknown> {
    let answer = await this.send(method, path, await this.token.current(), signal, body);
    if (answer.status === 401) {
      const renewed = await this.token.again();
      if (renewed) answer = await this.send(method, path, renewed, signal, body);
    }
    const where = `${this.endpoint.host}:${this.endpoint.port}`;
    if (answer.status === 401) throw new LocalApiError('unauthorized', `zerotier-one at ${where} refuses the token`);
    if (!expected.includes(answer.status))
      throw new LocalApiError('garbage', `${where} answered ${answer.status} to ${method} ${path}`);
    return answer.status === 404 ? undefined : answer.body;
  }

  private send(method: string, path: string, token: Secret, signal?: AbortSignal, body?: object): Promise<Answer> {
    // A POST without a body would hang (FACTS): there always is one, `{}` at least.
    const text = method === 'POST' ? JSON.stringify(body ?? {}) : undefined;
    const late = AbortSignal.timeout(this.answerMs);
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => reject(signal?.aborted ? (signal.reason as Error) : this.troubleOf(error, late));
      const outgoing = request(
        {
          ...this.endpoint,
          method,
          path,
          agent: false,
          signal: signal ? AbortSignal.any([late, signal]) : late,
          headers: {
            'X-ZT1-Auth': token.reveal(),
            ...(text === undefined
              ? {}
              : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
          },
        },
        (incoming) => {
          readJson(incoming).then((value) => resolve({ status: incoming.statusCode ?? 0, body: value }), fail);
        },
      );
      outgoing.on('error', fail);
      outgoing.end(text);
    });
  }

  private troubleOf(error: unknown, late: AbortSignal): LocalApiError {
    if (error instanceof LocalApiError) return error;
    const where = `${this.endpoint.host}:${this.endpoint.port}`;
    if (late.aborted)
      return new LocalApiError(
        'unreachable',
        `zerotier-one at ${where} did not answer within ${this.answerMs} ms`,
        error,
      );
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ECONNREFUSED') return new LocalApiError('refused', `nothing listens at ${where}`, error);
    if (code?.startsWith('HPE_'))
      return new LocalApiError('garbage', `what listens at ${where} does not speak HTTP`, error);
    return new LocalApiError(
      'unreachable',
      `zerotier-one at ${where} cannot be reached: ${describeError(error)}`,
      error,
    );
  }
}

/** The JSON of an answer; text that is none is given as text, and no schema of ours takes that. */
async function readJson(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BYTES) throw new LocalApiError('garbage', `an answer is longer than ${MAX_BYTES} bytes`);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
