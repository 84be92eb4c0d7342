import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mention } from './neighbours.js';

describe('mentioning the neighbours of a daemon that starts', () => {
  let daemon: Socket;
  let port: number;
  const heard: string[] = [];
  const { signal } = new AbortController();

  beforeEach(async () => {
    heard.length = 0;
    daemon = createSocket('udp4').on('message', (bytes) => heard.push(bytes.toString('hex')));
    daemon.bind(0, '127.0.0.1');
    await once(daemon, 'listening');
    port = daemon.address().port;
  });
  afterEach(() => {
    daemon.close();
  });

  const around = (...addresses: string[]) => ({ addresses, ips: ['127.0.0.1'] });
  /** Settles when the daemon has heard so much. */
  const afterHearing = (count: number) =>
    new Promise<string>((resolve) => {
      daemon.on('message', () => {
        if (heard.length >= count) resolve('started');
      });
    });

  it('goes on until the start is over, with a beacon for each', async () => {
    const started = afterHearing(6);
    expect(await mention(around('e559f46769', '3d39fa6465'), port, started, signal)).toBe('started');
    expect(new Set(heard)).toEqual(new Set(['0000000000000000e559f46769', '00000000000000003d39fa6465']));
  });

  it('ends with the error of a start that fails', async () => {
    const failed = afterHearing(1).then(() => Promise.reject(new Error('it ended')));
    await expect(mention(around('e559f46769'), port, failed, signal)).rejects.toThrow('it ended');
  });

  it('survives an endpoint that cannot be reached', async () => {
    const nowhere = { addresses: ['e559f46769'], ips: ['255.255.255.255'] };
    expect(await mention(nowhere, port, Promise.resolve('started'), signal)).toBe('started');
  });
});
