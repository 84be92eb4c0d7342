import { beforeEach, describe, expect, it } from '@jest/globals';
import { networkFilesOf, type Tun } from '../daemon.js';
import { identityFrom, IDENTITY_BYTES } from '../identity.js';
import { interfacesOf } from '../kernel-view.js';
import { startNode, type Node, type NodeSetup } from '../node.js';
import type { HttpAnswer, HttpRequest } from './http-message.js';
import { serve } from './local-api.js';

const NETWORK = 'f5a6c572f6438598';
const { identity } = identityFrom(new Uint8Array(IDENTITY_BYTES).fill(3));

describe('the local API', () => {
  let node: Node;

  const start = (setup: Partial<NodeSetup> = {}): void => {
    node = startNode({ identity, token: 'secret', now: 0, ...setup });
  };
  const ask = (method: string, path: string, more: Partial<HttpRequest> = {}): HttpAnswer | null => {
    const served = serve(node, { method, path, headers: { 'x-zt1-auth': 'secret' }, ...more }, 1_000, 0.5);
    node = served.node;
    return served.answer;
  };
  const post = (path: string, body: object = {}): HttpAnswer | null =>
    ask('POST', path, { body: JSON.stringify(body) });

  beforeEach(() => {
    start();
  });

  describe('access', () => {
    it('accepts the token in header, query or bearer, and serves the health without one', () => {
      expect(ask('GET', '/status')?.status).toBe(200);
      expect(ask('GET', '/status?auth=secret', { headers: {} })?.status).toBe(200);
      expect(ask('GET', '/status', { headers: { authorization: 'Bearer secret' } })?.status).toBe(200);
      expect(ask('GET', '/health', { headers: {} })?.status).toBe(200);
      expect(ask('GET', '/status', { headers: {} })).toEqual({
        status: 401,
        contentType: 'application/json',
        body: '{}',
      });
    });

    it('refuses everybody but loopback, even with the right token, unless local.conf names them', () => {
      const remote = '::ffff:172.30.0.1';
      expect(ask('GET', '/status', { remote })?.status).toBe(401);
      start({ localConfig: { settings: { allowManagementFrom: ['172.30.0.1/32'] } } });
      expect(ask('GET', '/status', { remote })?.status).toBe(200);
      expect(ask('GET', '/status', { remote: '172.30.0.2' })?.status).toBe(401);
      expect(ask('GET', '/status', { remote: '::1' })?.status).toBe(200);
    });
  });

  describe('a join', () => {
    it('is done but never answered when it has neither body nor length', () => {
      expect(ask('POST', `/network/${NETWORK}`)).toBeNull();
      expect(ask('GET', `/network/${NETWORK}`)?.status).toBe(200);
    });

    it.each<Tun>(['missing', 'denied'])('answers 200 {} when the TUN device is %s, and shows nothing', (tun) => {
      start({ tun });
      expect(post(`/network/${NETWORK}`)).toMatchObject({ status: 200, body: '{}' });
      expect(ask('GET', `/network/${NETWORK}`)?.status).toBe(404);
      expect(ask('GET', '/network')?.body).toBe('[]');
      expect(interfacesOf(node.daemon)).toEqual([]);
      // It is joined on disk nevertheless, and can be left.
      expect(Object.keys(networkFilesOf(node.daemon))).toEqual([`${NETWORK}.conf`]);
      expect(ask('DELETE', `/network/${NETWORK}`)?.body).toBe('{"result":true}');
    });

    it('treats an ID in uppercase as the same network', () => {
      post(`/network/${NETWORK.toUpperCase()}`);
      expect(ask('GET', `/network/${NETWORK}`)?.status).toBe(200);
    });
  });

  describe('the settings file', () => {
    const files = { [`${NETWORK}.conf`]: '', [`${NETWORK}.local.conf`]: 'allowManaged=10.99.0.0/24\n' };

    it('stays unchanged until a POST, and then loses its list, whatever was POSTed', () => {
      start({ networkFiles: files });
      expect(networkFilesOf(node.daemon)[`${NETWORK}.local.conf`]).toBe('allowManaged=10.99.0.0/24\n');
      expect(JSON.parse(ask('GET', `/network/${NETWORK}`)?.body ?? '')).toMatchObject({ allowManaged: true });
      post(`/network/${NETWORK}`);
      expect(networkFilesOf(node.daemon)[`${NETWORK}.local.conf`]).toBe(
        'allowManaged=1\nallowGlobal=0\nallowDefault=0\nallowDNS=0\n',
      );
    });

    it('is gone with its settings after a leave', () => {
      start({ networkFiles: files });
      post(`/network/${NETWORK}`, { allowDNS: true });
      ask('DELETE', `/network/${NETWORK}`);
      expect(networkFilesOf(node.daemon)).toEqual({});
      post(`/network/${NETWORK}`);
      expect(JSON.parse(ask('GET', `/network/${NETWORK}`)?.body ?? '')).toMatchObject({ allowDNS: false });
    });

    it.each(['zzzzzzzzzzzzzzzz.conf', 'abc.conf', `${NETWORK}.local.conf`, `${NETWORK}.conf.bak`])(
      'named %s joins nothing',
      (name) => {
        start({ networkFiles: { [name]: '' } });
        expect(ask('GET', '/network')?.body).toBe('[]');
      },
    );
  });

  it('has no controller in a build without one', () => {
    expect(ask('GET', '/controller')?.status).toBe(200);
    start({ controller: null });
    expect(ask('GET', '/controller')).toEqual({ status: 404, contentType: null, body: '' });
    expect(post(`/controller/network/${NETWORK}`)?.status).toBe(404);
  });

  it('answers nodes as a test requests, by a key that the real controller ignores', () => {
    const refusal = { code: 'AUTHENTICATION_REQUIRED', authenticationUrl: 'https://sso.test/' };
    const path = `/controller/network/${identity.address}000001`;
    expect(JSON.parse(post(path, { name: 'sso', standin: { refuse: refusal } })?.body ?? '')).not.toHaveProperty(
      'standin',
    );
    expect(node.controller?.refusals).toEqual({ [`${identity.address}000001`]: refusal });
    post(path, { standin: { refuse: null } });
    expect(node.controller?.refusals).toEqual({});
  });

  it('refuses to draw a network ID under another address, and accepts its own', () => {
    expect(post('/controller/network/1122334455______')?.status).toBe(400);
    const made = post(`/controller/network/${identity.address}______`, { name: 'drawn' });
    expect(JSON.parse(made?.body ?? '')).toMatchObject({ id: `${identity.address}800000`, name: 'drawn' });
    const again = post(`/controller/network/${identity.address}______`);
    expect(JSON.parse(again?.body ?? '')).toMatchObject({ id: `${identity.address}800001` });
  });
});
