import { describe, expect, it } from '@jest/globals';
import { LocalApiError, type LocalApiTrouble } from '@orrery/shared/machine';
import { CliLocalApi } from './cli-local-api.js';
import { FallbackLocalApi, type Reach } from './fallback-local-api.js';
import type { LocalApi } from './local-api.js';

const STATUS = { address: '3a4f1af7fa', version: '1.14.1', online: true };

/** An API that supports only `status`, and counts the calls. */
function only(status: () => Promise<typeof STATUS>) {
  const counted = { asked: 0 };
  const api = {
    status: () => {
      counted.asked++;
      return status();
    },
  } as unknown as LocalApi;
  return { api, counted };
}
const failing = (trouble: LocalApiTrouble) => only(() => Promise.reject(new LocalApiError(trouble, trouble)));

describe('the way to a container', () => {
  it('is exec for good when the bridge does not lead there', async () => {
    const bridge = failing('unreachable');
    const exec = only(() => Promise.resolve(STATUS));
    const reach: Reach = { bridge: 'unknown' };
    const api = new FallbackLocalApi(bridge.api, exec.api, reach);
    expect(await api.status()).toEqual(STATUS);
    expect(reach.bridge).toBe('blocked');
    await api.status();
    expect(bridge.counted.asked).toBe(2);
    expect(exec.counted.asked).toBe(2);
  });

  it('is the bridge again when the daemon was only starting', async () => {
    let starting = true;
    const bridge = only(() => {
      if (!starting) return Promise.resolve(STATUS);
      starting = false;
      return Promise.reject(new LocalApiError('refused', 'not yet'));
    });
    const exec = only(() => Promise.resolve(STATUS));
    const reach: Reach = { bridge: 'unknown' };
    await new FallbackLocalApi(bridge.api, exec.api, reach).status();
    expect(reach.bridge).toBe('works');
  });

  it('is never exec once the bridge has worked: its errors are those of the daemon', async () => {
    const exec = only(() => Promise.resolve(STATUS));
    const api = new FallbackLocalApi(failing('refused').api, exec.api, { bridge: 'works' });
    await expect(api.status()).rejects.toMatchObject({ trouble: 'refused' });
    expect(exec.counted.asked).toBe(0);
  });
});

describe('zerotier-cli', () => {
  const answering = (stdout: string, exitCode = 0, stderr = '') => {
    const commands: string[][] = [];
    const api = new CliLocalApi((command) => {
      commands.push(command);
      return Promise.resolve({ stdout, stderr, exitCode });
    });
    return { api, commands };
  };

  it('is asked for JSON and never receives a token', async () => {
    const { api, commands } = answering(JSON.stringify(STATUS));
    expect(await api.status()).toEqual(STATUS);
    expect(commands).toEqual([['zerotier-cli', '-j', 'info']]);
  });

  it('sets only what differs after a join, restrictions first', async () => {
    const network = {
      nwid: '8056c2e21c000001',
      name: '',
      type: 'PRIVATE',
      status: 'OK',
      mac: '',
      mtu: 2800,
      assignedAddresses: [],
      routes: [],
      allowManaged: true,
      allowGlobal: false,
      allowDefault: false,
    };
    const { api, commands } = answering(JSON.stringify([network]));
    await api.join('8056c2e21c000001', {
      allowManaged: false,
      allowGlobal: true,
      allowDefault: false,
      allowDNS: false,
    });
    expect(commands.map((command) => command.slice(2).join(' '))).toEqual([
      'join 8056c2e21c000001',
      'listnetworks',
      'set 8056c2e21c000001 allowManaged=0',
      'set 8056c2e21c000001 allowGlobal=1',
    ]);
  });

  it.each<[string, string, number, string, LocalApiTrouble]>([
    ['no daemon', 'Error connecting to the ZeroTier service: connection failed\n', 1, '', 'refused'],
    ['a wrong token', '401 info {}\n', 1, '', 'unauthorized'],
    [
      'no token',
      '',
      2,
      'zerotier-cli: authtoken.secret not found or readable in /var/lib/zerotier-one',
      'unauthorized',
    ],
    ['no zerotier-cli', '', 127, 'exec: "zerotier-cli": executable file not found', 'unreachable'],
    ['words instead of JSON', '200 info', 0, '', 'garbage'],
  ])('recognizes %s', async (_what, stdout, exitCode, stderr, trouble) => {
    await expect(answering(stdout, exitCode, stderr).api.status()).rejects.toMatchObject({ trouble });
  });
});
