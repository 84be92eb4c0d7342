import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createSocketServer, type Server as SocketServer } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger, newId } from '@orrery/shared/runtime';
import { eventually } from '../../../../test/support/eventually.js';
import { containerProfile } from './container-profile.js';
import { DockerEngine } from './docker-engine.js';
import { watchEngine } from './engine-events.js';
import { asOnCalmMachine } from '../../../../test/support/calm.js';

const VERSION = { Version: '26.1.5', ApiVersion: '1.45', Os: 'linux', Arch: 'amd64', Components: [] };
const errand = { doing: 'making orrery-demo', image: 'img', container: 'orrery-demo' };

describe('the client of the engine', () => {
  let folder: string;
  let socket: string;
  let servers: (Server | SocketServer)[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orrery-engine-'));
    socket = join(folder, 'docker.sock');
    servers = [];
  });
  afterEach(async () => {
    for (const server of servers) {
      if ('closeAllConnections' in server) server.closeAllConnections();
      server.close();
    }
    await rm(folder, { recursive: true, force: true });
  });

  async function listen(server: Server | SocketServer): Promise<void> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(socket, resolve));
  }
  const serve = (handler: RequestListener) => listen(createServer(handler));
  const json = (response: ServerResponse, status: number, body: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const bodyOf = async (request: IncomingMessage): Promise<string> => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    return text;
  };

  it('times out when the socket accepts but never responds', async () => {
    await listen(createSocketServer(() => undefined));
    const begun = performance.now();
    await expect(new DockerEngine(socket, 200).info()).rejects.toMatchObject({
      code: 'docker-unreachable',
      transient: true,
    });
    expect(performance.now() - begun).toBeLessThan(asOnCalmMachine(2_000));
  });

  it('times out when an answer begins but never ends', async () => {
    await serve((_request, response) => void response.writeHead(200).write('{"Version":'));
    await expect(new DockerEngine(socket, 200).info()).rejects.toMatchObject({ code: 'docker-unreachable' });
  });

  it('reports that there is no engine when there is no socket', async () => {
    await expect(new DockerEngine(socket).info()).rejects.toMatchObject({
      code: 'docker-unreachable',
      fix: expect.stringContaining('systemctl start docker'),
    });
  });

  it('reads the known fields of an answer, and refuses one of another shape', async () => {
    let answer: unknown = VERSION;
    await serve((_request, response) => json(response, 200, answer));
    const engine = new DockerEngine(socket);
    expect(await engine.info()).toEqual({ version: '26.1.5', apiVersion: '1.45', os: 'linux', architecture: 'amd64' });
    answer = { hello: 'world' };
    await expect(engine.info()).rejects.toMatchObject({ code: 'unexpected', transient: true });
  });

  it.each([
    [['name=seccomp,profile=builtin', 'name=rootless'], { isRootless: true, isRemapped: false }],
    [['name=seccomp,profile=builtin', 'name=userns'], { isRootless: false, isRemapped: true }],
    [['name=apparmor', 'name=seccomp,profile=rootless'], { isRootless: false, isRemapped: false }],
    [null, { isRootless: false, isRemapped: false }],
  ])('reads from %j whose users those of containers are', async (SecurityOptions, users) => {
    await serve((_request, response) => json(response, 200, { ID: 'x', SecurityOptions }));
    expect(await new DockerEngine(socket).users()).toEqual(users);
  });

  it('aborts a request when the signal of its caller fires', async () => {
    await listen(createSocketServer(() => undefined));
    const abort = new AbortController();
    const waiting = new DockerEngine(socket).info({ signal: abort.signal });
    abort.abort(new Error('stopping'));
    await expect(waiting).rejects.toThrow('stopping');
  });

  it('sends exactly the bytes of the profile, and only the name in the query', async () => {
    const seen: { url?: string | undefined; body?: unknown } = {};
    await serve((request, response) => {
      seen.url = request.url;
      void bodyOf(request).then((body) => {
        seen.body = JSON.parse(body);
        json(response, 201, { Id: 'e'.repeat(64), Warnings: [] });
      });
    });
    const blueprint = {
      item: newId('itm'),
      node: newId('nod'),
      name: 'demo',
      image: 'img',
      limits: { memoryMb: 64, pids: 16 },
      incarnation: 0,
      memberships: [],
    };
    const request = containerProfile(blueprint, {
      host: newId('hst'),
      agentVersion: '1',
      network: 'orrery',
      port: 25_000,
    });
    expect(await new DockerEngine(socket).containers.create(request, errand)).toBe('e'.repeat(64));
    expect(seen).toEqual({ url: '/containers/create?name=orrery-demo', body: request.body });
  });

  it('reads a pull to its end, reports progress, and finds a refusal inside the stream', async () => {
    let lines: object[] = [];
    const urls: (string | undefined)[] = [];
    await serve((request, response) => {
      urls.push(request.url);
      response.writeHead(200);
      for (const line of lines) response.write(`${JSON.stringify(line)}\r\n`);
      response.end();
    });
    const { images } = new DockerEngine(socket);
    const told: string[] = [];
    lines = [
      { status: 'Downloading', id: 'a', progressDetail: { current: 1048576, total: 2097152 } },
      { status: 'Pull complete', id: 'a' },
    ];
    await images.pull('zerotier/zerotier', undefined, (line) => told.push(line));
    expect(urls[0]).toBe('/images/create?fromImage=zerotier%2Fzerotier%3Alatest');
    expect(told[0]).toBe('Downloading (1.0 of 2.0 MiB)');
    lines = [
      { status: 'Pulling' },
      { errorDetail: { message: 'manifest unknown' }, error: 'manifest for x not found: manifest unknown' },
    ];
    await expect(images.pull('x', undefined, () => undefined)).rejects.toMatchObject({ code: 'image-absent' });
  });

  it('passes credentials to the engine in a header, never in a URL', async () => {
    let header: unknown;
    let url: string | undefined;
    await serve((request, response) => {
      header = request.headers['x-registry-auth'];
      url = request.url;
      response.writeHead(200).end();
    });
    const credentials = { username: 'kim', password: 'planted-secret', serveraddress: 'registry.lan' };
    await new DockerEngine(socket).images.pull('registry.lan/zt:1', credentials, () => undefined);
    expect(JSON.parse(Buffer.from(String(header), 'base64').toString())).toEqual(credentials);
    expect(decodeURIComponent(url ?? '')).not.toContain('planted');
  });

  it('hints at events of its own containers and of those that concern it, and of no others', async () => {
    let stream: ServerResponse | undefined;
    await serve((_request, response) => {
      response.writeHead(200);
      response.flushHeaders();
      stream = response;
    });
    const host = newId('hst');
    const told: string[] = [];
    let hints = 0;
    const abort = new AbortController();
    const concerns = ({ Names, Labels }: { Names: string[]; Labels: Record<string, string> }) => {
      told.push(Names.join());
      return Labels['com.docker.compose.project'] === 'shop';
    };
    const { connection } = new DockerEngine(socket, 500);
    const watching = watchEngine(
      connection,
      host,
      { hint: () => hints++, concerns },
      createLogger('test', 'silent'),
      abort.signal,
    );
    await eventually(() => stream !== undefined && hints === 1);
    const event = (attributes: object) => stream?.write(`${JSON.stringify({ Actor: { Attributes: attributes } })}\n`);
    event({ name: 'foreign' });
    event({ name: 'ours', 'io.orrery.host': host });
    await eventually(() => hints === 2);
    event({ name: 'foreign', 'io.orrery.host': newId('hst') });
    event({ name: 'shop-db-1', 'com.docker.compose.project': 'shop' });
    await eventually(() => hints === 3);
    // What cannot be read may concern anything.
    stream?.write('no event\n');
    await eventually(() => hints === 4);
    expect(told).toEqual(['/foreign', '/foreign', '/shop-db-1']);
    abort.abort();
    await watching;
  });

  it('says which container has changed, also without a hint, and nothing of those of Orrery', async () => {
    let stream: ServerResponse | undefined;
    await serve((_request, response) => {
      response.writeHead(200);
      response.flushHeaders();
      stream = response;
    });
    const host = newId('hst');
    const stale: (string | undefined)[] = [];
    let hints = 0;
    const abort = new AbortController();
    const { connection } = new DockerEngine(socket, 500);
    const watcher = {
      hint: () => hints++,
      stale: (id: string | undefined) => stale.push(id),
      concerns: ({ Id }: { Id: string }) => Id === 'known',
    };
    const watching = watchEngine(connection, host, watcher, createLogger('test', 'silent'), abort.signal);
    await eventually(() => stream !== undefined && hints === 1);
    expect(stale).toEqual([undefined]);
    const event = (Type: string, ID: string, Attributes: object) =>
      stream?.write(`${JSON.stringify({ Type, Actor: { ID, Attributes } })}\n`);
    event('container', 'foreign', { name: 'foreign' });
    event('container', 'ours', { name: 'ours', 'io.orrery.host': host });
    event('network', 'net', { name: 'bridge', container: 'foreign' });
    event('network', 'net', { name: 'bridge', container: 'known' });
    // Renamed: its name says nothing any more, its ID does.
    event('container', 'known', { name: 'other', oldName: '/shop-db-1' });
    await eventually(() => hints === 4);
    expect(stale).toEqual([undefined, 'foreign', 'known', 'known']);
    abort.abort();
    await watching;
  });

  it('hints at each event, and each time when the engine is back', async () => {
    let streams: ServerResponse[] = [];
    const handler: RequestListener = (_request, response) => {
      response.writeHead(200);
      response.flushHeaders();
      streams.push(response);
    };
    await serve(handler);
    let hints = 0;
    const abort = new AbortController();
    const { connection } = new DockerEngine(socket, 500);
    const watching = watchEngine(
      connection,
      newId('hst'),
      { hint: () => hints++ },
      createLogger('test', 'silent'),
      abort.signal,
    );
    await eventually(() => streams.length === 1 && hints === 1);
    streams[0]?.write('{"status":"die"}\n');
    await eventually(() => hints === 2);
    const [server] = servers.splice(0) as Server[];
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
    streams = [];
    await serve(handler);
    await eventually(() => streams.length === 1 && hints === 3, { within: 10_000 });
    abort.abort();
    await watching;
  });
});
