import type Docker from 'dockerode';
import { z } from 'zod';
import type { CallOptions, EngineConnection } from './engine-connection.js';
import type { CreateRequest } from './container-profile.js';
import { statusOf, type EngineErrand } from './engine-error.js';
import { InspectedContainer } from './inspected.js';
import { splitFrames } from './stream-frames.js';

/** An entry of a list. Any other field that differs means a change; `Status` alone changes as time passes. */
const Listed = z.looseObject({
  Id: z.string(),
  Status: z.string().optional(),
  Names: z.array(z.string()).nullish(),
  State: z.string().optional(),
  /** Seconds since 1970. */
  Created: z.number().optional(),
  Labels: z.record(z.string(), z.string()).nullish(),
});
export type Listed = z.infer<typeof Listed>;
const Created = z.object({ Id: z.string() });
const SLOW_MS = 20_000;

export class EngineContainers {
  constructor(private readonly connection: EngineConnection) {}

  /** Ids of all containers, running or not, that match the filters. */
  async list(filters: Record<string, string[]>, options: CallOptions = {}): Promise<string[]> {
    return (await this.listed(filters, options)).map(({ Id }) => Id);
  }

  /** Like `list`, but returns the whole entries. */
  async listed(filters: Record<string, string[]>, options: CallOptions = {}): Promise<Listed[]> {
    return this.connection.read(
      { doing: 'listing containers' },
      z.array(Listed),
      (abortSignal) => this.connection.docker.listContainers({ all: true, filters, abortSignal }),
      options,
    );
  }

  /** Undefined if there is no such container. */
  async inspect(id: string, options: CallOptions = {}): Promise<InspectedContainer | undefined> {
    return this.connection.read(
      { doing: `inspecting container ${id.slice(0, 12)}` },
      InspectedContainer.optional(),
      (abortSignal) => unlessStatus([404], undefined, this.container(id).inspect({ abortSignal })),
      options,
    );
  }

  /** Creates a container from exactly this body; returns its id. */
  async create(
    { name, body }: Partial<CreateRequest>,
    errand: EngineErrand,
    options: CallOptions = {},
  ): Promise<string> {
    const made = await this.connection.read(
      errand,
      Created,
      async (abortSignal) => {
        // With `_query` and `_body`, dockerode sends each option in one place; otherwise it would send all in both.
        const request = { _query: name === undefined ? {} : { name }, _body: body, abortSignal };
        const container = await this.connection.docker.createContainer(request);
        return { Id: container.id };
      },
      { ms: SLOW_MS, ...options },
    );
    return made.Id;
  }

  /** Starting a running container is not an error (304). */
  async start(id: string, errand: EngineErrand, options: CallOptions = {}): Promise<void> {
    await this.connection.call(
      errand,
      (abortSignal) => unlessStatus([304], undefined, this.container(id).start({ abortSignal })),
      { ms: SLOW_MS, ...options },
    );
  }

  async unpause(id: string, errand: EngineErrand, options: CallOptions = {}): Promise<void> {
    await this.connection.call(errand, (abortSignal) => this.container(id).unpause({ abortSignal }), options);
  }

  /** Ends a container at once; resolves when it has ended. It is not an error if it is gone or does not run. */
  async kill(id: string, errand: EngineErrand, options: CallOptions = {}): Promise<void> {
    await this.connection.call(
      errand,
      async (abortSignal) => {
        await unlessStatus([404, 409], undefined, this.container(id).kill({ signal: 'SIGKILL', abortSignal }));
        await unlessStatus<unknown>([404], undefined, this.container(id).wait({ abortSignal }));
      },
      { ms: SLOW_MS, ...options },
    );
  }

  /** Command lines of the processes in a running container; empty if it does not run. */
  async commands(id: string, options: CallOptions = {}): Promise<string[]> {
    const top = z.object({ Processes: z.array(z.array(z.string())).nullish() });
    const { Processes } = await this.connection.read(
      { doing: `listing the processes of container ${id.slice(0, 12)}` },
      top,
      (abortSignal) => unlessStatus<unknown>([404, 409], {}, this.container(id).top({ abortSignal })),
      options,
    );
    return (Processes ?? []).map((columns) => columns.at(-1) ?? '');
  }

  /**
   * Removes a container, running or not, with its anonymous volumes. It is not an error if it is gone or being removed.
   */
  async remove(id: string, errand: EngineErrand, options: CallOptions = {}): Promise<void> {
    await this.connection.call(
      errand,
      (abortSignal) =>
        unlessStatus([404, 409], undefined, this.container(id).remove({ force: true, v: true, abortSignal })),
      { ms: SLOW_MS, ...options },
    );
  }

  /** Waits until a container has ended; returns its exit code. */
  async wait(id: string, errand: EngineErrand, options: CallOptions = {}): Promise<number> {
    const { StatusCode } = await this.connection.read(
      errand,
      z.object({ StatusCode: z.number() }),
      (abortSignal) => this.container(id).wait({ abortSignal }),
      { ms: SLOW_MS, ...options },
    );
    return StatusCode;
  }

  /** The last lines of stdout, followed by those of stderr. `since` is a time in ISO 8601. */
  async logs(id: string, tail: number, options: CallOptions & { since?: string } = {}): Promise<string> {
    return this.connection.call(
      { doing: `reading the log of container ${id.slice(0, 12)}` },
      async (abortSignal) => {
        const since = options.since === undefined ? 0 : Date.parse(options.since) / 1000;
        const raw: unknown = await this.container(id).logs({
          follow: false,
          stdout: true,
          stderr: true,
          tail,
          abortSignal,
          since,
        });
        const { stdout, stderr } = splitFrames(Buffer.isBuffer(raw) ? raw : Buffer.alloc(0));
        return stdout + stderr;
      },
      options,
    );
  }

  /** A stream of everything that a container prints; attach before it starts. */
  async attach(id: string, errand: EngineErrand, options: CallOptions = {}): Promise<NodeJS.ReadableStream> {
    return this.connection.call(
      errand,
      () => this.container(id).attach({ stream: true, stdout: true, stderr: true }),
      options,
    );
  }

  private container(id: string): Docker.Container {
    return this.connection.docker.getContainer(id);
  }
}

/** Returns `value` if the engine answers with one of these statuses. */
export async function unlessStatus<T>(statuses: number[], value: T, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (statuses.includes(statusOf(error) ?? 0)) return value;
    throw error;
  }
}
