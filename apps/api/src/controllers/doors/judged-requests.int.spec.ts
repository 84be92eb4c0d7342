import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parsePrefix, type Prefix } from '@orrery/shared/addresses';
import { AppError } from '@orrery/shared/runtime';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { newAuthority, newKey, newServerCertificate } from '../../tls/certificates.js';
import { JudgedRequests, type Resolve } from './judged-requests.js';

/** No other resolver knows this name, so every connection has used ours. */
const NAME = 'central.invalid';
const ASK = { method: 'GET', headers: {}, signal: AbortSignal.timeout(10_000) };
const of = (...texts: string[]) => texts.map((one) => parsePrefix(one) as Prefix);

let servers: Server[];
let requests: JudgedRequests[];
beforeEach(() => void ([servers, requests] = [[], []]));
afterEach(async () => {
  for (const one of requests) one.close();
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
});

/** Answers `here` and closes each connection. `asked` counts the requests. */
async function serve(address: string, port = 0, answer = { status: 200, headers: {} as Record<string, string> }) {
  const seen = { asked: 0, port: 0 };
  const server = createServer((_, response) => {
    seen.asked++;
    response.writeHead(answer.status, { connection: 'close', ...answer.headers }).end('here');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  seen.port = (server.address() as AddressInfo).port;
  return seen;
}

/** Returns one list of addresses after the other, then the last one forever. */
function resolver(...answers: string[][]): Resolve & { asked: string[] } {
  const asked: string[] = [];
  const resolve = (host: string) => {
    const addresses = answers[Math.min(asked.push(host), answers.length) - 1] ?? [];
    return Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  };
  return Object.assign(resolve, { asked });
}

function requestsTo(base: string, allowed: Prefix[], resolve?: Resolve): JudgedRequests {
  const made = new JudgedRequests(base, allowed, resolve);
  requests.push(made);
  return made;
}

const ask = async (to: JudgedRequests, path = '/status') => {
  const response = await to.send(path, ASK);
  return [response.statusCode, await text(response)];
};
const refused = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => 'it was sent',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code: 'central-address-refused', kind: 'user' });
  return error as AppError;
};

describe('a name', () => {
  it('is resolved once for each connection, and the connection goes to the address that was judged', async () => {
    const good = await serve('127.0.0.1');
    const evil = await serve('127.0.0.2', good.port);
    const resolve = resolver(['127.0.0.1'], ['127.0.0.2']);
    const to = requestsTo(`http://${NAME}:${good.port}`, of('127.0.0.1'), resolve);
    expect(await ask(to)).toEqual([200, 'here']);
    expect([resolve.asked, good.asked]).toEqual([[NAME], 1]);
    // Rebound: the next connection would go elsewhere.
    await refused(ask(to));
    expect([resolve.asked.length, good.asked, evil.asked]).toEqual([2, 1, 0]);
  });

  it('may lead to another allowed address: the control', async () => {
    const first = await serve('127.0.0.1');
    const second = await serve('127.0.0.2', first.port);
    const resolve = resolver(['127.0.0.1'], ['127.0.0.2']);
    const to = requestsTo(`http://${NAME}:${first.port}`, of('127.0.0.0/8'), resolve);
    expect([await ask(to), await ask(to)]).toEqual([
      [200, 'here'],
      [200, 'here'],
    ]);
    expect([first.asked, second.asked]).toEqual([1, 1]);
  });

  it.each([
    [['127.0.0.1', '10.0.0.1']],
    [['127.0.0.1', '169.254.169.254']],
    [['127.0.0.1', '::ffff:127.0.0.2']],
    [['127.0.0.1', 'fe80::1%eth0']],
  ])('is refused as a whole when one of its addresses is not allowed: %j', async (addresses) => {
    const server = await serve('127.0.0.1');
    const base = `http://${NAME}:${server.port}`;
    await refused(ask(requestsTo(base, of('127.0.0.1'), resolver(addresses))));
    expect(server.asked).toBe(0);
    expect(await ask(requestsTo(base, of('127.0.0.1'), resolver(['127.0.0.1'])))).toEqual([200, 'here']);
  });

  it('is sent nothing unencrypted beyond this machine, whatever is allowed', async () => {
    const to = (base: string) => requestsTo(base, of('10.0.0.0/8', '::/0', '0.0.0.0/0'), resolver(['10.255.255.1']));
    await refused(ask(to(`http://${NAME}:9`)));
  });

  it('is reported as not found when it does not resolve', async () => {
    const to = requestsTo(`https://${NAME}`, [], resolver([]));
    await expect(ask(to)).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('appears in a refusal without its address, so that names in the network of the API cannot be looked up', async () => {
    const { message, fix } = await refused(ask(requestsTo(`https://${NAME}`, [], resolver(['10.1.2.3']))));
    expect(message).toContain(`${NAME} leads to a private address`);
    expect(fix).toContain('ORRERY_CENTRAL_PREFIXES');
    expect(`${message} ${fix}`).not.toContain('10.1.2.3');
  });
});

describe('an address in the URL', () => {
  const LOOPBACK = [
    '127.0.0.1',
    '2130706433',
    '0177.0.0.1',
    '0x7f.1',
    '127.1',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
  ];

  it.each(LOOPBACK)('is judged in any notation: %s', async (host) => {
    const server = await serve('127.0.0.1');
    await refused(ask(requestsTo(`http://${host}:${server.port}`, [])));
    expect(server.asked).toBe(0);
    expect(await ask(requestsTo(`http://${host}:${server.port}`, of('127.0.0.1')))).toEqual([200, 'here']);
  });

  it.each(['10.1.2.3', '192.168.1.1', '[fd00::1]', '[::1]', '[::ffff:10.1.2.3]', '[64:ff9b::a01:203]', '100.64.0.1'])(
    'is refused when only the public internet is allowed: %s',
    async (host) => void (await refused(ask(requestsTo(`https://${host}`, [])))),
  );

  it.each(['169.254.169.254', '[fe80::1]', '[fd00:ec2::254]', '[::ffff:169.254.169.254]', '0.0.0.0', '224.0.0.1'])(
    'is refused whatever is allowed: %s',
    async (host) => void (await refused(ask(requestsTo(`https://${host}`, of('0.0.0.0/0', '::/0'))))),
  );
});

describe('an answer', () => {
  it('is not followed when it is a redirect', async () => {
    const inside = await serve('127.0.0.2');
    const location = `http://127.0.0.2:${inside.port}/`;
    const server = await serve('127.0.0.1', 0, { status: 302, headers: { location } });
    const to = requestsTo(`http://127.0.0.1:${server.port}`, of('127.0.0.0/8'));
    expect(await ask(to)).toEqual([302, 'here']);
    expect([server.asked, inside.asked]).toEqual([1, 0]);
  });
});

describe('a server behind TLS', () => {
  it('must prove the name in the URL, under a trusted authority', async () => {
    const [key, authorityKey] = [newKey(), newKey()];
    const authority = { key: authorityKey, certificate: await newAuthority(authorityKey) };
    const names: string[] = [];
    const server = createSecureServer({
      ...{ key, cert: await newServerCertificate(authority, key, [NAME]) },
      SNICallback: (name, done) => (names.push(name), done(null)),
    });
    let asked = 0;
    server.on('request', () => asked++);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const to = requestsTo(`https://${NAME}:${port}`, of('127.0.0.1'), resolver(['127.0.0.1']));
    await expect(ask(to)).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    expect([names, asked]).toEqual([[NAME], 0]);
  });
});
