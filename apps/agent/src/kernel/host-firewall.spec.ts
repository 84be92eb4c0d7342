import { describe, expect, it } from '@jest/globals';
import { parseForward } from './host-firewall.js';

/** As `iptables -S FORWARD` printed it: v1.8.9 (nf_tables) with Docker 26. */
const DOCKER = `-P FORWARD DROP
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-ISOLATION-STAGE-1
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o docker0 -j DOCKER
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A FORWARD -i docker0 -o docker0 -j ACCEPT
`;
const REJECT = '-A FORWARD -j REJECT --reject-with icmp-host-prohibited';
const head = '-P FORWARD DROP\n';

describe('the chain FORWARD', () => {
  it.each([
    ['of Docker 26', DOCKER, { policy: 'DROP', first: 'docker' }],
    [
      'of Docker 28',
      `${head}-A FORWARD -j DOCKER-USER\n-A FORWARD -j DOCKER-FORWARD\n`,
      { policy: 'DROP', first: 'docker' },
    ],
    ['of a host without Docker', '-P FORWARD ACCEPT\n', { policy: 'ACCEPT', first: 'nothing' }],
    ['that a firewall has flushed', head, { policy: 'DROP', first: 'nothing' }],
    ['that rejects before Docker', DOCKER.replace('\n', `\n${REJECT}\n`), { policy: 'DROP', first: 'rejects' }],
    ['that rejects after Docker', DOCKER + REJECT, { policy: 'DROP', first: 'docker' }],
    [
      'that drops only some packets first',
      DOCKER.replace('\n', '\n-A FORWARD -s 192.0.2.9/32 -j DROP\n'),
      { policy: 'DROP', first: 'docker' },
    ],
    [
      'with an accepting bridge alone',
      `${head}-A FORWARD -i br-c2cd02d3688d -o br-c2cd02d3688d -j ACCEPT\n`,
      { policy: 'DROP', first: 'docker' },
    ],
  ])('%s', (_what, printed, expected) => {
    expect(parseForward(printed)).toEqual(expected);
  });

  it('is not guessed from anything else', () => {
    expect(() => parseForward('iptables: No chain/target/match by that name.')).toThrow(/no chain FORWARD/);
  });
});
