import { request, type IncomingMessage } from 'node:http';
import { describeError, type Secret } from '@orrery/shared/runtime';
import { LocalApiError, type Answer, type LocalHttp, type Question } from '@orrery/shared/machine';
import { timeoutSignal } from '@orrery/shared/timeouts';

export interface Endpoint {
  host: string;
  port: number;
}

/** Where the token comes from. `again` rereads it after the daemon refused the current one. */
export interface TokenSource {
  current(): Promise<Secret>;
  again(): Promise<Secret | undefined>;
}

/**
 * `GET /network` takes a millisecond, but a starting daemon may be silent for a second
 * (docs/zerotier-facts.md#local-api).
 */
const ANSWER_MS = 3_000;
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * HTTP over TCP, with one connection for each request: a kept one would hold one of the daemon's few threads, and each
 * further answer on it takes 44 ms (docs/zerotier-facts.md#local-api).
 */
export class TcpLocalHttp implements LocalHttp {
  private readonly where: string;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly token: TokenSource,
    private readonly answerMs: number = ANSWER_MS,
  ) {
    this.where = `${endpoint.host}:${endpoint.port}`;
  }

  /** Rereads a refused token once. */
  async ask(question: Question): Promise<Answer> {
    let answer = await this.send(question, await this.token.current());
    if (answer.status === 401) {
      const renewed = await this.token.again();
      if (renewed) answer = await this.send(question, renewed);
    }
    if (answer.status === 401)
      throw new LocalApiError('unauthorized', `zerotier-one at ${this.where} refuses the token`);
    return answer;
  }

  private send({ method, path, body, signal }: Question, token: Secret): Promise<Answer> {
    // A POST without a body would hang (docs/zerotier-facts.md#joining), so there is always at least `{}`.
    const text = method === 'POST' ? JSON.stringify(body ?? {}) : undefined;
    const late = timeoutSignal(this.answerMs);
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
    const { where, answerMs } = this;
    if (late.aborted)
      return new LocalApiError('unreachable', `zerotier-one at ${where} did not answer within ${answerMs} ms`, error);
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ECONNREFUSED') return new LocalApiError('refused', `nothing listens at ${where}`, error);
    if (code?.startsWith('HPE_'))
      return new LocalApiError('garbage', `the server at ${where} does not speak HTTP`, error);
    return new LocalApiError(
      'unreachable',
      `zerotier-one at ${where} cannot be reached: ${describeError(error)}`,
      error,
    );
  }
}

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
