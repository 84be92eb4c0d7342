import { Problem, type ProblemCode } from '@orrery/shared/contracts';
import { createLogger } from '@orrery/shared/runtime';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { createApp } from '../../apps/api/src/app.factory.js';
import { loadConfig } from '../../apps/api/src/config.js';
import { Store } from '../../apps/api/src/database/store.js';
import { migratedDatabase } from './migrated-database.js';
import { eventually, startNats, startPostgres, temporaryFolder, type TestNats } from './servers.js';

export interface ApiServers {
  databaseUrl: string;
  natsUrl: string;
}

export interface Answered<T> {
  status: number;
  headers: Headers;
  body: T;
}

interface Asking {
  body?: unknown;
  headers?: Record<string, string>;
  /** Undefined: the admin's. Null: none. */
  token?: string | null;
}

/** The real API in this process, on a free port, with a client that checks every answer against its schema. */
export class RunningApi {
  private constructor(
    readonly app: Awaited<ReturnType<typeof createApp>>,
    readonly url: string,
    readonly home: string,
    readonly adminToken: string,
    readonly joinSecret: string,
  ) {}

  static async start({ databaseUrl, natsUrl }: ApiServers, settings: Record<string, string> = {}): Promise<RunningApi> {
    const home = settings.ORRERY_HOME ?? (await temporaryFolder('api'));
    const env = { ORRERY_HOME: home, ORRERY_PORT: '0', DATABASE_URL: databaseUrl, NATS_URL: natsUrl, ...settings };
    const app = await createApp(
      loadConfig(env),
      createLogger('api', (process.env.ORRERY_TEST_LOG as 'info' | undefined) ?? 'silent'),
    );
    await app.listen(0, '127.0.0.1');
    const read = async (name: string) => (await readFile(join(home, 'secrets', name), 'utf8')).trim();
    return new RunningApi(app, await app.getUrl(), home, await read('admin.token'), await read('join.secret'));
  }

  /** Resolves when database, migrations and NATS are ready. */
  async ready(): Promise<this> {
    await eventually(async () => (await fetch(`${this.url}/readyz`)).status === 200, {
      within: 120_000,
      what: 'the API is ready',
    });
    return this;
  }

  /** Handwritten statements, for rows that only agents would write. */
  get database(): Store {
    return this.app.get(Store, { strict: false });
  }

  async raw(
    method: string,
    path: string,
    { body, headers = {}, token = this.adminToken }: Asking = {},
  ): Promise<Response> {
    return fetch(this.url + path, {
      method,
      redirect: 'error',
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  /** A request that succeeds; its answer must have exactly the shape of the schema. */
  async ask<Schema extends z.ZodType>(
    method: string,
    path: string,
    schema: Schema,
    asking: Asking = {},
  ): Promise<Answered<z.infer<Schema>>> {
    const response = await this.raw(method, path, asking);
    const json: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(json)}`);
    const parsed = schema.parse(json);
    if (JSON.stringify(sorted(parsed)) !== JSON.stringify(sorted(json)))
      throw new Error(`${method} ${path} answers what its schema does not name: ${JSON.stringify(json)}`);
    return { status: response.status, headers: response.headers, body: parsed };
  }

  get<Schema extends z.ZodType>(path: string, schema: Schema) {
    return this.ask('GET', path, schema);
  }

  /** A request that is refused; its answer must be a well-formed problem with this code. */
  async refused(
    method: string,
    path: string,
    code: ProblemCode,
    asking: Asking = {},
  ): Promise<Problem & { headers: Headers }> {
    const response = await this.raw(method, path, asking);
    const text = await response.text();
    if (response.headers.get('content-type') !== 'application/problem+json; charset=utf-8')
      throw new Error(`${method} ${path} answered ${response.status} and no problem: ${text}`);
    const problem = Problem.strict().parse(JSON.parse(text));
    if (problem.status !== response.status || problem.code !== code)
      throw new Error(`${method} ${path} should be refused with ${code}; it answered ${response.status} ${text}`);
    return { ...problem, headers: response.headers };
  }

  close(): Promise<void> {
    return this.app.close();
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, sorted(entry)]),
  );
}

export interface ApiBench extends ApiServers {
  api: RunningApi;
  nats: TestNats;
  close(): Promise<void>;
}

/** One API with a database and a NATS of its own. */
export async function startApi(settings: Record<string, string> = {}): Promise<ApiBench> {
  const [postgres, nats] = await Promise.all([startPostgres(), startNats()]);
  const database = await migratedDatabase(postgres);
  const servers = { databaseUrl: database.url, natsUrl: nats.url };
  const api = await (await RunningApi.start(servers, settings)).ready();
  const close = async () => {
    await api.close();
    await nats.close();
    await postgres.close();
  };
  return { ...servers, api, nats, close };
}
