import { describe, expect, it } from '@jest/globals';
import { pingCommand, pingEnd, readPingLine } from './ping-output.js';

const end = (text: string, count = 2, onLink = true) =>
  pingEnd(
    text.split('\n').flatMap((line) => readPingLine(line) ?? []),
    count,
    '10.81.0.11',
    onLink,
  );

const IPUTILS = `PING 10.81.0.11 (10.81.0.11) 56(84) bytes of data.
64 bytes from 10.81.0.11: icmp_seq=1 ttl=64 time=0.512 ms
64 bytes from 10.81.0.11: icmp_seq=2 ttl=64 time=1.49 ms

--- 10.81.0.11 ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time 1001ms
rtt min/avg/max/mdev = 0.512/1.001/1.490/0.489 ms`;
const BUSYBOX = `PING 10.81.0.11 (10.81.0.11): 56 data bytes
64 bytes from 10.81.0.11: seq=0 ttl=64 time=0.512 ms

--- 10.81.0.11 ping statistics ---
2 packets transmitted, 1 packets received, 50% packet loss`;
const NOBODY = `From 10.81.0.10 icmp_seq=1 Destination Host Unreachable
2 packets transmitted, 0 received, +2 errors, 100% packet loss, time 1026ms`;

describe('what ping prints', () => {
  it('is understood whichever ping printed it', () => {
    expect(end(IPUTILS)).toMatchObject({
      code: 'reached',
      ping: { sent: 2, received: 2, minMs: 0.512, averageMs: 1.001, maxMs: 1.49 },
    });
    expect(end(BUSYBOX)).toMatchObject({ code: 'reached', cause: '1 of 2 answered', ping: { sent: 2, received: 1 } });
  });

  it('tells silence from an address that no node answers for, and from a router without a route', () => {
    const silence = '2 packets transmitted, 0 received, 100% packet loss, time 1031ms';
    expect(end(silence)).toMatchObject({
      code: 'timed-out',
      cause: 'no answer to any of 2 pings',
      ping: { minMs: null },
    });
    expect(end(NOBODY)).toMatchObject({ code: 'timed-out', cause: expect.stringContaining('no node of the network') });
    expect(end(NOBODY, 2, false)).toMatchObject({ code: 'no-route', cause: expect.stringContaining('Unreachable') });
    expect(end('', 7).ping).toMatchObject({ sent: 7, received: 0 });
  });

  it('asks for one ping a second, or more when the time is short', () => {
    const command = ['ping', '-n', '-c', '4', '-i', '1', '-W', '2', '10.1.1.1'];
    expect(pingCommand('10.1.1.1', null, 4, 10_000)).toEqual(command);
    expect(pingCommand('10.1.1.1', null, 100, 30_000)).toContain('0.2');
  });

  it('binds to the interface that was judged', () => {
    expect(pingCommand('10.1.1.1', 'zt5u4abcde', 4, 10_000).slice(0, 4)).toEqual(['ping', '-n', '-I', 'zt5u4abcde']);
  });
});
