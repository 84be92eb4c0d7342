import { randomBytes } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { pack } from 'tar-stream';

/** One request as it reached the socket. */
export interface Recorded {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

type Body = Record<string, unknown> & { HostConfig?: Record<string, unknown>; Labels?: Record<string, string> };
interface Made {
  id: string;
  name: string;
  body: Body;
  status: string;
}

const IDENTITY = `89e92ceee5:0:${'a'.repeat(128)}:${'b'.repeat(128)}`;

/** A Docker socket that answers like an engine and keeps every byte that reaches it. Its containers end as soon as they start. */
export class RecordingEngine {
  readonly requests: Recorded[] = [];
  containers: Made[] = [];
  images = new Set<string>();
  /** Images that their registry refuses. */
  readonly refusedImages = new Set<string>();
  readonly #server: Server;

  constructor(private readonly socket: string) {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.socket, resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** As if somebody had created it by hand. */
  seed(name: string, body: Body, status = 'running'): string {
    const id = randomBytes(32).toString('hex');
    this.containers.push({ id, name, body, status });
    return id;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://engine');
    const recorded = {
      ...{ method: request.method ?? '', path: pathname, query: searchParams },
      ...{ headers: request.headers, body: Buffer.concat(chunks) },
    };
    this.requests.push(recorded);
    const answer = await this.#answer(recorded);
    const [status, body] = answer === undefined ? [404, { message: 'no such thing' }] : answer;
    if (Buffer.isBuffer(body)) response.writeHead(status).end(body);
    else
      response.writeHead(status, { 'content-type': 'application/json' }).end(body === null ? '' : JSON.stringify(body));
  }

  async #answer({ method, path, query, body }: Recorded): Promise<[number, unknown] | undefined> {
    const [, noun, id = '', verb] = path.split('/');
    if (noun === 'version') return [200, { Version: '27.0', ApiVersion: '1.46', Os: 'linux', Arch: 'amd64' }];
    if (noun === 'info') return [200, { SecurityOptions: ['name=seccomp,profile=builtin'] }];
    if (noun === 'networks') {
      const isOurs = id === 'orrery';
      const Labels = isOurs ? { 'io.orrery.network': 'true' } : {};
      const IPAM = { Config: [{ Gateway: isOurs ? '172.30.0.1' : '172.31.0.1' }] };
      return [200, { Id: 'n', Driver: 'bridge', Labels, IPAM }];
    }
    if (noun === 'images') return this.#image(method, path, query);
    if (path === '/containers/json')
      return [
        200,
        this.#list(query).map(({ id: Id, name, status: State, body: { Labels = {}, HostConfig } }) => ({
          ...{ Id, Names: [`/${name}`], State, Created: 1, Labels },
          HostConfig: { NetworkMode: HostConfig?.['NetworkMode'] },
          NetworkSettings: { Networks: networksOf(HostConfig?.['NetworkMode']) },
        })),
      ];
    if (path === '/containers/create')
      return [201, { Id: this.seed(query.get('name') ?? '', JSON.parse(body.toString()) as Body, 'created') }];
    const found = this.containers.find((one) => one.id === id);
    if (!found) return undefined;
    if (method === 'DELETE') this.containers = this.containers.filter((one) => one !== found);
    if (verb === 'json') return [200, inspected(found)];
    if (verb === 'top') return [200, { Processes: [['1', 'postgres']] }];
    if (verb === 'start') found.status = 'exited';
    if (verb === 'wait') return [200, { StatusCode: 0 }];
    if (verb === 'attach') return [200, frame(`${IDENTITY}\n`)];
    if (verb === 'archive' && method === 'GET')
      return query.get('path')?.endsWith('orrery.json') ? [200, await archive('orrery.json')] : undefined;
    return [verb === 'archive' || verb === 'logs' ? 200 : 204, null];
  }

  #image(method: string, path: string, query: URLSearchParams): [number, unknown] | undefined {
    if (path === '/images/json') return [200, [{ Id: 'i', RepoTags: [...this.images], RepoDigests: [] }]];
    if (method === 'POST') {
      if (this.refusedImages.has(query.get('fromImage') ?? ''))
        return [500, { message: 'unauthorized: authentication required' }];
      this.images.add(query.get('fromImage') ?? '');
      return [200, { status: 'done' }];
    }
    const name = decodeURIComponent(path.slice('/images/'.length, -'/json'.length));
    return [...this.images].some((image) => image === name || image === `${name}:latest`)
      ? [200, { Id: 'i', Os: 'linux' }]
      : undefined;
  }

  #list(query: URLSearchParams): Made[] {
    const { label = [], name = [] } = JSON.parse(query.get('filters') ?? '{}') as { label?: string[]; name?: string[] };
    return this.containers.filter(
      (one) =>
        label.every((text) => {
          const [, name = text, value] = /^([^=]*)=(.*)$/.exec(text) ?? [];
          const has = one.body.Labels?.[name];
          return value === undefined ? has !== undefined : has === value;
        }) &&
        (name.length === 0 || name.some((pattern) => new RegExp(pattern).test(`/${one.name}`))),
    );
  }
}

/** A container in the network namespace of another one is on no network itself. */
const networksOf = (mode: unknown) =>
  typeof mode !== 'string' || mode.startsWith('container:')
    ? {}
    : { [mode]: { NetworkID: mode, IPAddress: '', Gateway: '' } };

const inspected = ({ id, name, body, status }: Made) => ({
  ...{ Id: id, Name: `/${name}`, Image: 'sha256:1', Mounts: [] },
  NetworkSettings: { Networks: networksOf(body.HostConfig?.['NetworkMode']) },
  State: { Status: status, ExitCode: 0, StartedAt: '2026-01-01T00:00:00Z' },
  HostConfig: body.HostConfig ?? {},
  Config: { ...body, Labels: body.Labels ?? {} },
});

function frame(text: string): Buffer {
  const head = Buffer.alloc(8);
  head[0] = 1;
  head.writeUInt32BE(text.length, 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

async function archive(name: string): Promise<Buffer> {
  const tar = pack();
  tar.entry({ name }, '{}');
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
