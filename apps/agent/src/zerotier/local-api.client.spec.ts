import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readFileSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MembershipStatus, ObservedMembership } from '@orrery/shared/contracts';
import { Secret } from '@orrery/shared/runtime';
import { eventually } from '../../../../test/support/eventually.js';
import type { NetworkFlags } from './local-api.js';
import { HttpLocalApi } from './local-api.client.js';
import { TcpLocalHttp } from './local-http.js';
import { observedDaemon, observedMembership, observedPeer } from './observed-daemon.js';

interface Recording {
  name: string;
  request: { method: string; path: string; auth: string; body: unknown };
  response: { status: number | null; contentType: string | null; body: unknown };
}
const RECORDED = new URL('../../../../test/support/zerotier/recordings/recordings.json', import.meta.url);
const recordings = JSON.parse(readFileSync(RECORDED, 'utf8')) as Recording[];
const recorded = (name: string): Recording => {
  const found = recordings.find((recording) => recording.name === name);
  if (!found) throw new Error(`there is no recording ${name}`);
  return found;
};

type Handler = (request: IncomingMessage & { text: string }, response: ServerResponse) => void;
const TOKEN = 'right';
const FLAGS: NetworkFlags = { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false };
const servers: Server[] = [];

async function daemon(handler: Handler, again: () => string | undefined = () => undefined) {
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => handler(Object.assign(request, { text }), response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  const { port } = server.address() as AddressInfo;
  const renewed = () => {
    const token = again();
    return Promise.resolve(token === undefined ? undefined : new Secret(token));
  };
  const http = new TcpLocalHttp(
    { host: '127.0.0.1', port },
    { current: () => Promise.resolve(new Secret(TOKEN)), again: renewed },
    300,
  );
  return new HttpLocalApi(http);
}

/** Answers every request with this recording. */
function replay({ response: { status, contentType, body } }: Recording): Handler {
  return (_request, response) => {
    if (status === null) return;
    response.writeHead(status, contentType === null ? {} : { 'content-type': contentType });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}
const answering = (body: unknown, status = 200): Handler =>
  replay({ ...recorded('status'), response: { status, contentType: 'application/json', body } });

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe('the client of the local API, against recorded answers', () => {
  it('reads the status of the daemon', async () => {
    const api = await daemon(replay(recorded('status')));
    expect(observedDaemon(await api.status())).toEqual({ address: '3a4f1af7fa', version: '1.14.1', online: true });
  });

  it('reads the networks as memberships of the contract', async () => {
    const api = await daemon(replay(recorded('networks-ok')));
    const [network] = await api.networks();
    const observed = network && observedMembership(network, null);
    expect(ObservedMembership.parse(observed)).toMatchObject({
      network: 'f5a6c572f6438598',
      status: 'OK',
      type: 'PRIVATE',
      device: 'ztq5iin53o',
      addresses: ['10.99.0.70/24'],
      routes: [{ target: '10.99.0.0/24', via: null }],
      allowManagedList: null,
    });
  });

  it('reads every recorded network', async () => {
    const networks = recordings.filter(
      ({ request, response }) =>
        /^\/network\/[0-9a-f]{16}$/.test(request.path) && request.method === 'GET' && response.status === 200,
    );
    expect(networks.length).toBeGreaterThan(4);
    for (const recording of networks) {
      const api = await daemon(replay(recording));
      const network = await api.network('f5a6c572f6438598');
      expect(MembershipStatus.options).toContain(network && observedMembership(network, null).status);
    }
  });

  it.each(['network-not-joined', 'network-bad-id'])('reads %s as a network that is not joined', async (name) => {
    const api = await daemon(replay(recorded(name)));
    expect(await api.network('8056c2e21c000001')).toBeUndefined();
  });

  it('reads the peers: direct when a path is active, latency unknown below zero', async () => {
    const api = await daemon(replay(recorded('peers')));
    const listed = await api.peers();
    const peers = listed.flatMap((peer) => observedPeer(peer) ?? []);
    expect(peers).toContainEqual({
      ...{ address: '34c61d4de0', role: 'LEAF', path: 'direct', latencyMs: 1, endpoint: '172.30.0.12/9993' },
    });
    const [leaf] = listed.filter(({ role }) => role === 'LEAF');
    expect(leaf && observedPeer({ ...leaf, latency: -1, paths: [] })).toMatchObject({
      path: 'relayed',
      latencyMs: null,
    });
  });

  it('calls a peer neither direct nor relayed when it was never heard from or is an unreachable root', async () => {
    const api = await daemon(replay(recorded('peers')));
    const planet = (await api.peers()).find(({ address }) => address === '62f865ae71');
    expect(planet).toMatchObject({ role: 'PLANET', version: '-1.-1.-1' });
    expect(planet && observedPeer(planet)).toBeUndefined();
    const silent = { address: 'cb71ca4847', role: 'LEAF', version: '-1.-1.-1', latency: -1, paths: [] };
    expect(observedPeer(silent)).toBeUndefined();
    expect(observedPeer({ ...silent, version: '1.14.1' })).toMatchObject({ path: 'relayed' });
    expect(observedPeer(silent, true)).toMatchObject({ path: 'relayed', latencyMs: null });
    expect(planet && observedPeer(planet, true)).toBeUndefined();
    const moon = { ...silent, role: 'MOON', version: '1.14.1' };
    expect(observedPeer(moon)).toBeUndefined();
    expect(observedPeer({ ...moon, paths: [{ active: true }] })).toEqual({
      ...{ address: moon.address, role: 'MOON', path: 'direct', latencyMs: null },
    });
    const paths = [
      { active: true, address: '192.0.2.1/9993', preferred: false },
      { active: false, address: '192.0.2.2/9993', preferred: true },
      { active: true, address: '192.0.2.3/9993', preferred: true },
    ];
    expect(observedPeer({ ...moon, paths })).toMatchObject({ endpoint: '192.0.2.3/9993' });
  });

  it('calls a direct path silent when two questions along it are without an answer, and never that to a root', () => {
    const at = 1_795_519_944_420;
    const sent = (lastSend: number, role = 'LEAF') => {
      const path = { active: true, preferred: true, address: '192.0.2.1/9993', lastReceive: at, lastSend };
      return observedPeer({ address: 'cb71ca4847', role, version: '1.14.1', latency: 1, paths: [path] });
    };
    expect(sent(at + 31_000)).toMatchObject({ path: 'direct', silent: true });
    for (const answered of [sent(at - 5_000), sent(at + 29_000), sent(at + 90_000, 'MOON')])
      expect(answered).not.toHaveProperty('silent');
  });

  it.each(['leave', 'leave-again'])('treats %s as done', async (name) => {
    const api = await daemon(replay(recorded(name)));
    await expect(api.leave('8056c2e21c000001')).resolves.toBeUndefined();
  });

  it('treats the 404 of releases up to 1.10 as done, too', async () => {
    const api = await daemon(answering({}, 404));
    await expect(api.leave('8056c2e21c000001')).resolves.toBeUndefined();
  });

  it('always sends a body with its length when it joins, because the daemon hangs without one', async () => {
    const seen: unknown[] = [];
    const api = await daemon((request, response) => {
      seen.push([request.method, request.url, request.headers['content-length'], JSON.parse(request.text)]);
      replay(recorded('join-again'))(request, response);
    });
    await api.join('8056c2e21c000001', FLAGS);
    expect(seen).toEqual([['POST', '/network/8056c2e21c000001', String(JSON.stringify(FLAGS).length), FLAGS]]);
  });

  it('gives up when a join is never answered', async () => {
    const api = await daemon(replay(recorded('join-no-body')));
    await expect(api.join('8056c2e21c000001', FLAGS)).rejects.toMatchObject({ trouble: 'unreachable' });
  });

  it('uses a connection for each request and closes it, because a kept one is slow and holds a thread of the daemon', async () => {
    const open = new Set<Socket>();
    let made = 0;
    const api = await daemon((request, response) => {
      const path = (request.url ?? '').slice(1);
      replay({ ...recorded('status'), ...(path === 'status' ? {} : { response: listed }) })(request, response);
    });
    servers.at(-1)?.on('connection', (socket: Socket) => {
      made += 1;
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    });
    await Promise.all([api.status(), api.networks(), api.peers()]);
    expect(made).toBe(3);
    await eventually(() => open.size === 0, { within: 3_000, what: 'the connections being closed' });
  });
});

const listed: Recording['response'] = { status: 200, contentType: 'application/json', body: [] };
