import { randomUUID } from 'node:crypto';
import { Accepted, Command, isFinal, Problem, type CommandState } from '@orrery/shared/contracts';
import { AppError, describeError } from '@orrery/shared/runtime';
import { z } from 'zod';
import { notSo } from '../story/not-so.js';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export interface Asking {
  query?: Record<string, string>;
  body?: object;
  /** Used instead of the demo's own. */
  token?: string;
}

/** A newer API may have codes that we do not know. */
const AnyProblem = Problem.extend({ code: z.string() });
const TIMEOUT_MS = 70_000;
/** Failures that mean that the host was too slow. */
const BUSY = new Set(['docker-unreachable', 'daemon-unreachable']);

export const pathOf = (...segments: string[]): string => `/v1/${segments.map(encodeURIComponent).join('/')}`;

/** The HTTP API, used like any other program would. Throws a refusal as an AppError with the code of the problem. */
export class Orrery {
  constructor(
    readonly url: string,
    private readonly token: string,
  ) {}

  get<Schema extends z.ZodType>(path: string, schema: Schema, query: Record<string, string> = {}) {
    return this.ask('GET', path, schema, { query });
  }

  /** All items of a list, page after page. */
  async list<Item extends z.ZodType>(path: string, item: Item, query: Record<string, string> = {}) {
    const page = z.object({ items: z.array(item), next: z.string().nullable() });
    const items: z.infer<Item>[] = [];
    for (let after: Record<string, string> | undefined = {}; after;) {
      const answer: z.infer<typeof page> = await this.get(path, page, { limit: '500', ...query, ...after });
      items.push(...answer.items);
      after = answer.next === null ? undefined : { after: answer.next };
    }
    return items;
  }

  async ask<Schema extends z.ZodType>(
    method: Method,
    path: string,
    schema: Schema,
    { query = {}, body, token = this.token }: Asking = {},
  ): Promise<z.infer<Schema>> {
    const response = await fetch(`${this.url}${path}?${new URLSearchParams(query).toString()}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        // Requests of agents have a protocol of their own (ADR 27).
        ...(method === 'GET' || /^\/v1\/join(\/|$)/.test(path) ? {} : { 'idempotency-key': randomUUID() }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      const why = describeError(error instanceof Error && error.cause ? error.cause : error);
      throw notSo(
        `cannot reach the Orrery API at ${this.url}: ${why}`,
        'See `docker compose ps` and `docker compose logs api`.',
        error,
      );
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw refusal(`${method} ${path}`, response.status, answer);
    return schema.parse(answer);
  }

  /** Requests a change on a host, and returns its command. */
  async change(method: Method, path: string, asking: Asking = {}): Promise<Command> {
    return (await this.ask(method, path, Accepted, asking)).command;
  }

  /** The command once it has ended or reached that state, or its last state when the time is over. */
  async settled(id: string, withinMs: number, state?: CommandState): Promise<Command> {
    const end = performance.now() + withinMs;
    let known = await this.get(pathOf('commands', id), Command);
    for (;;) {
      const left = Math.ceil((end - performance.now()) / 1000);
      if (isFinal(known.state) || known.state === state || left <= 0) return known;
      const query = { wait: `${Math.min(30, left)}s`, seen: String(known.stages.length), state: known.state };
      known = await this.get(pathOf('commands', id), Command, query);
    }
  }

  /**
   * The command of a change once it is done; any other end fails the step. Asks again if a busy engine or daemon did not answer in
   * time, because the host keeps working on its desired state. `asked`: the command of an earlier request.
   */
  async cameTrue(ask: () => Promise<Command>, withinMs: number, asked?: Command): Promise<Command> {
    const end = performance.now() + withinMs;
    for (let command = asked; ; command = undefined) {
      const ended = await this.settled((command ?? (await ask())).id, end - performance.now());
      if (ended.state === 'done') return ended;
      const { outcome } = ended;
      if (outcome?.kind === 'failed' && BUSY.has(outcome.code) && performance.now() < end) continue;
      const why = outcome && outcome.kind !== 'done' ? outcome : undefined;
      throw notSo(
        `${ended.action} ${ended.target} is ${ended.state}${why ? `: ${why.cause}` : ''}`,
        why?.fix ?? `See \`docker compose exec api orrery command get ${ended.id}\`.`,
      );
    }
  }
}

function refusal(asked: string, status: number, answer: unknown): AppError {
  const problem = AnyProblem.safeParse(answer).data;
  return new AppError({
    code: problem?.code ?? 'no-answer-of-orrery',
    kind: 'operational',
    cause: `${asked} was refused with ${status}: ${problem?.detail ?? 'no reason given'}`,
    fix: problem?.fix ?? 'See `docker compose logs api`.',
  });
}
