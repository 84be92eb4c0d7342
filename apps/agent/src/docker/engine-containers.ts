import type Docker from 'dockerode';
import { z } from 'zod';
import type { CallOptions, EngineConnection } from './engine-connection.js';
import type { CreateRequest } from './container-profile.js';
import { statusOf, type EngineErrand } from './engine-error.js';
import { InspectedContainer } from './inspected.js';
import { splitFrames } from './stream-frames.js';

/** What a list says of a container. The rest shows that it is another; only `Status` changes with the time that has passed. */
const Listed = z.looseObject({
  Id: z.string(),
  Status: z.string().optional(),
  Labels: z.record(z.string(), z.string()).nullish(),
});
export type Listed = z.infer<typeof Listed>;
const Created = z.object({ Id: z.string() });
const SLOW_MS = 20_000;

export class EngineContainers {
  constructor(private readonly connection: EngineConnection) {}

  /** Ids of all containers, running or not, that pass the engine's filters. */
  async list(filters: Record<string, string[]>, options: CallOptions = {}): Promise<string[]> {
    return (await this.listed(filters, options)).map(({ Id }) => Id);
  }

  /** The same, with what the list says of each. */
  async listed(filters: Record<string, string[]>, options: CallOptions = {}): Promise<Listed[]> {
    return this.connection.read(
      { doing: 'listing containers' },
      z.array(Listed),
      (abortSignal) => this.connection.docker.listContainers({ all: true, filters, abortSignal }),
      options,
    );
  }

  /** Undefined when there is no such container. */
  async inspect(id: string, options: CallOptions = {}): Promise<InspectedContainer | undefined> {
    return this.connection.read(
      { doing: `inspecting container ${id.slice(0, 12)}` },
      InspectedContainer.optional(),
      (abortSignal) => unlessStatus([404], undefined, this.container(id).inspect({ abortSignal })),
      options,
    );
  }

  /** Makes a container out of exactly this body; gives its id. */
  async create(
    { name, body }: Partial<CreateRequest>,
    errand: EngineErrand,
    options: CallOptions = {},
  ): Promise<string> {
    const made = await this.connection.read(
      errand,
      Created,
      async (abortSignal) => {
        // `_query` and `_body` are dockerode's way to say what goes where; otherwise all options would stand in both.
        const request = { _query: name === undefined ? {} : { name }, _body: body, abortSignal };
        const container = await this.connection.docker.createContainer(request);
        return { Id: container.id };
      },
      { ms: SLOW_MS, ...options },
    );
    return made.Id;
  }

  /** Starting what runs is no error (304). */
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

  /** Removes a container, running or not, and the nameless volumes of its image; none there or just going is no error. */
  async remove(id: string, errand: EngineErrand, options: CallOptions = {}): Promise<void> {
    await this.connection.call(
      errand,
      (abortSignal) =>
        unlessStatus([404, 409], undefined, this.container(id).remove({ force: true, v: true, abortSignal })),
      { ms: SLOW_MS, ...options },
    );
  }

  /** Waits until a container has ended; gives its exit code. */
  async wait(id: string, errand: EngineErrand, options: CallOptions = {}): Promise<number> {
    const { StatusCode } = await this.connection.read(
      errand,
      z.object({ StatusCode: z.number() }),
      (abortSignal) => this.container(id).wait({ abortSignal }),
      { ms: SLOW_MS, ...options },
    );
    return StatusCode;
  }

  /** Last lines of both outputs: what went to stdout, then what went to stderr. `since` is a time in ISO 8601. */
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

  /** A stream of what a container will print; to be had before it starts. */
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

/** Turns answers with an expected status into a value. */
export async function unlessStatus<T>(statuses: number[], value: T, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (statuses.includes(statusOf(error) ?? 0)) return value;
    throw error;
  }
}
