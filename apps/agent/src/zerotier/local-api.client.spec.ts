import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MembershipStatus, ObservedMembership } from '@orrery/shared/contracts';
import { Secret } from '@orrery/shared/runtime';
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

/** Answers as the recording of that name does, whatever is asked. */
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

  it('reads the networks, and every one is a membership of the contract', async () => {
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
    expect(peers).toContainEqual({ address: '34c61d4de0', role: 'LEAF', path: 'direct', latencyMs: 1 });
    const [leaf] = listed.filter(({ role }) => role === 'LEAF');
    expect(leaf && observedPeer({ ...leaf, latency: -1, paths: [] })).toMatchObject({
      path: 'relayed',
      latencyMs: null,
    });
  });

  it('calls a peer that was never heard of, and a root that is out of reach, neither direct nor relayed', async () => {
    const api = await daemon(replay(recorded('peers')));
    const planet = (await api.peers()).find(({ address }) => address === '62f865ae71');
    expect(planet).toMatchObject({ role: 'PLANET', version: '-1.-1.-1' });
    expect(planet && observedPeer(planet)).toBeUndefined();
    const silent = { address: 'cb71ca4847', role: 'LEAF', version: '-1.-1.-1', latency: -1, paths: [] };
    expect(observedPeer(silent)).toBeUndefined();
    expect(observedPeer({ ...silent, version: '1.14.1' })).toMatchObject({ path: 'relayed' });
    const moon = { ...silent, role: 'MOON', version: '1.14.1' };
    expect(observedPeer(moon)).toBeUndefined();
    expect(observedPeer({ ...moon, paths: [{ active: true }] })).toMatchObject({ role: 'MOON', path: 'direct' });
  });

  it.each(['leave', 'leave-again'])('takes %s for done', async (name) => {
    const api = await daemon(replay(recorded(name)));
    await expect(api.leave('8056c2e21c000001')).resolves.toBeUndefined();
  });

  it('takes the 404 of a release up to 1.10 for done, too', async () => {
    const api = await daemon(answering({}, 404));
    await expect(api.leave('8056c2e21c000001')).resolves.toBeUndefined();
  });

  it('always sends a body with its length when it joins: without one the daemon hangs', async () => {
    const seen: unknown[] = [];
    const api = await daemon((request, response) => {
      seen.push([request.method, request.url, request.headers['content-length'], JSON.parse(request.text)]);
      replay(recorded('join-again'))(request, response);
    });
    await api.join('8056c2e21c000001', FLAGS);
    expect(seen).toEqual([['POST', '/network/8056c2e21c000001', String(JSON.stringify(FLAGS).length), FLAGS]]);
  });

  it('gives up a join that is never answered', async () => {
    const api = await daemon(replay(recorded('join-no-body')));
    await expect(api.join('8056c2e21c000001', FLAGS)).rejects.toMatchObject({ trouble: 'unreachable' });
  });

  it('keeps no connection: an idle one would hold a thread of the daemon', async () => {
    const seen: (string | undefined)[] = [];
    const api = await daemon((request, response) => {
      seen.push(request.headers.connection);
      replay(recorded('status'))(request, response);
    });
    await api.status();
    expect(seen).toEqual(['close']);
  });
});

describe('the client of the local API, in trouble', () => {
  it.each<[string, Handler]>([
    ['text', answering('not json')],
    ['another shape', answering({ address: 7 })],
    ['an object where a list belongs', answering({ busy: true })],
    ['an error of its own', answering({}, 500)],
    ['a network without a status', answering([{ nwid: '8056c2e21c000001' }])],
  ])('calls %s garbage and believes none of it', async (_what, handler) => {
    const api = await daemon(handler);
    await expect(api.networks()).rejects.toMatchObject({ trouble: 'garbage' });
  });

  it('shows a status that nobody has seen yet as UNKNOWN, and drops unknown fields', async () => {
    const [network] = recorded('networks-ok').response.body as object[];
    const api = await daemon(answering([{ ...network, status: 'ENCHANTED', fresh: { deep: 1 } }]));
    const [observed] = (await api.networks()).map((one) => observedMembership(one, null));
    expect(observed?.status).toBe('UNKNOWN');
    expect(observed).not.toHaveProperty('fresh');
  });

  it.each(['status-wrong-token', 'status-no-token'])('is unauthorized on %s', async (name) => {
    const api = await daemon(replay(recorded(name)));
    await expect(api.status()).rejects.toMatchObject({ trouble: 'unauthorized' });
  });

  it('reads the token once more when it is refused, and goes on with the new one', async () => {
    let asked = 0;
    const tokens: unknown[] = [];
    const handler: Handler = (request, response) => {
      tokens.push(request.headers['x-zt1-auth']);
      const accepted = request.headers['x-zt1-auth'] === 'rotated';
      replay(recorded(accepted ? 'status' : 'status-wrong-token'))(request, response);
    };
    const api = await daemon(handler, () => (asked++, 'rotated'));
    await api.status();
    expect(tokens).toEqual([TOKEN, 'rotated']);
    expect(asked).toBe(1);
  });

  it('says that nobody listens, and that something else does', async () => {
    const api = await daemon(replay(recorded('status')));
    await new Promise((resolve) => servers[0]?.close(resolve));
    await expect(api.status()).rejects.toMatchObject({ trouble: 'refused' });
    const strange = await daemon((request) => request.socket.end('SSH-2.0-OpenSSH\r\n'));
    await expect(strange.status()).rejects.toMatchObject({ trouble: 'garbage' });
  });

  it('ends with the signal of its caller', async () => {
    const api = await daemon(() => undefined);
    await expect(api.status(AbortSignal.abort(new Error('stopping')))).rejects.toThrow('stopping');
  });
});
