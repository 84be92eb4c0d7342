import { afterEach, describe, expect, it } from '@jest/globals';
import { CentralDocument } from './document.js';
import { CentralStandin } from './standin.js';

const opened: CentralStandin[] = [];
const start = async (limit?: { requests: number; windowMs: number }) => {
  const central = await CentralStandin.start(limit);
  opened.push(central);
  return central;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map((central) => central.close()));
});

interface Answer {
  id?: string;
  user?: object;
}
const ask = async (central: CentralStandin, method: string, path: string, body?: unknown, token = central.token) => {
  const init = { method, headers: { authorization: `token ${token}` } };
  const response = await fetch(central.url + path, body === undefined ? init : { ...init, body: JSON.stringify(body) });
  const text = await response.text();
  return { status: response.status, body: text ? (JSON.parse(text) as Answer) : undefined };
};

describe('the stand-in of ZeroTier Central', () => {
  it('serves every path and method of its document', async () => {
    const central = await start({ requests: 100, windowMs: 1000 });
    const network = (await ask(central, 'POST', '/network', {})).body?.id ?? '';
    const member = `/network/${network}/member/abcdef0123`;
    const answers = [
      await ask(central, 'GET', '/status'),
      await ask(central, 'GET', '/network'),
      await ask(central, 'POST', `/network/${network}`, { config: { name: 'lab', mtu: 1400 } }),
      await ask(central, 'GET', `/network/${network}`),
      await ask(central, 'POST', member, { name: 'n', config: { authorized: true } }),
      await ask(central, 'GET', member),
      await ask(central, 'GET', `/network/${network}/member`),
      await ask(central, 'DELETE', member),
      await ask(central, 'DELETE', `/network/${network}`),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(answers[3]?.body).toMatchObject({ config: { name: 'lab', mtu: 1400, private: true } });
    expect(answers[5]?.body).toMatchObject({ nodeId: 'abcdef0123', name: 'n', config: { authorized: true } });
    expect(await ask(central, 'GET', member)).toMatchObject({ status: 404 });
    expect(central.offences).toEqual([]);
  });

  it.each([
    ['a field of another type', { config: { mtu: '1400' } }],
    ['a field that the document does not name', { config: { allowManaged: true } }],
    ['a field that is read only', { config: { creationTime: 1 } }],
    ['no object', [1]],
  ])('refuses a request with %s, and records it', async (_, body) => {
    const central = await start();
    const { id } = central.account.createNetwork();
    expect(await ask(central, 'POST', `/network/${id}`, body)).toMatchObject({ status: 400 });
    expect(central.offences).toHaveLength(1);
    expect(await ask(central, 'POST', `/network/${id}`, { config: { mtu: 1400 } })).toMatchObject({ status: 200 });
  });

  it('notices an answer of its own that the document does not allow', async () => {
    const central = await start();
    const network = central.account.createNetwork();
    network.config.mtu = 'wide';
    expect(await ask(central, 'GET', `/network/${network.id}`)).toMatchObject({ status: 500 });
    network.config.mtu = 1400;
    expect(await ask(central, 'GET', `/network/${network.id}`)).toMatchObject({ status: 200 });
  });

  it('answers a wrong token as the document says: 200 without a user, 403 for the list, 401 otherwise', async () => {
    const central = await start();
    const { id } = central.account.createNetwork();
    const wrong = (path: string) => ask(central, 'GET', path, undefined, 'wrong');
    const status = await wrong('/status');
    expect([status.status, status.body?.user]).toEqual([200, undefined]);
    expect([(await wrong('/network')).status, (await wrong(`/network/${id}`)).status]).toEqual([403, 401]);
    expect((await ask(central, 'GET', '/status')).body?.user).toBeDefined();
  });

  it('answers 20 requests in a second, and rejects the next one', async () => {
    const central = await start();
    const statuses = await Promise.all(Array.from({ length: 21 }, () => ask(central, 'GET', '/status')));
    expect(statuses.filter(({ status }) => status === 200)).toHaveLength(20);
    expect(statuses.filter(({ status }) => status === 429)).toHaveLength(1);
    expect(central.turnedAway).toBe(1);
  });
});

describe('the document', () => {
  it('describes no path that it does not have', async () => {
    const document = await CentralDocument.read();
    expect(document.find('GET', '/network/8056c2e21c000001/member')?.parameters).toEqual(['8056c2e21c000001']);
    expect(document.find('PUT', '/network/8056c2e21c000001')).toBeUndefined();
    expect(document.find('GET', '/network/8056c2e21c000001/members')).toBeUndefined();
  });
});
