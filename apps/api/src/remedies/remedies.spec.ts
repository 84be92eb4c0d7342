import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { explainedCodes } from '@orrery/shared/contracts';
import { commandLine } from './command-line.js';
import { commandsFor } from './remedies.js';

const CONTAINER = {
  ...{ host: 'web-1', kind: 'container', container: 'demo' },
  ...{ network: '3e92c1f0a7000001', networkName: 'shop', isKept: true },
};
const HOST = { ...CONTAINER, kind: 'host', container: null };

/** What a network's owner, a container, a program or a lying host could try. */
const HOSTILE = [
  ...['$(reboot)', '`reboot`', 'x; reboot', 'x && reboot', 'x | sh', '> /etc/passwd', 'a\nreboot', 'a\rreboot'],
  ...["'; reboot; '", '"; reboot; "', '${IFS}reboot', '\\', '*', '~root', '!reboot', '-rf', '--help', '# x', ''],
  ...['\u001b[2J', '\u202ereboot', 'shop\0', 'web‐1', 'xn--web-1 ', '../../etc', 'web-1/demo/x', 'a'.repeat(5000)],
];

describe('the commands of a code', () => {
  it.each<[string, object, object, string[]]>([
    ['authorization', CONTAINER, {}, ['anywhere: orrery membership authorize web-1/demo shop']],
    ['authorization', HOST, {}, ['anywhere: orrery membership authorize web-1 shop']],
    ['authorization', { ...CONTAINER, isKept: false }, {}, []],
    [
      'authorization',
      { ...CONTAINER, networkName: null },
      {},
      ['anywhere: orrery membership authorize web-1/demo 3e92c1f0a7000001'],
    ],
    [
      'authorization',
      { ...CONTAINER, networkName: '8056c2e21c000001' },
      {},
      ['anywhere: orrery membership authorize web-1/demo 3e92c1f0a7000001'],
    ],
    ['address', CONTAINER, {}, ['anywhere: orrery restart web-1/demo']],
    ['address', HOST, {}, ['host: systemctl restart zerotier-one']],
    ['address', { ...CONTAINER, container: null }, {}, []],
    ['interface-disagrees', CONTAINER, { status: 'OK' }, ['anywhere: orrery restart web-1/demo']],
    [
      'interface-disagrees',
      CONTAINER,
      { status: 'ACCESS_DENIED' },
      ['anywhere: orrery membership authorize web-1/demo shop'],
    ],
    [
      'zerotier-missing',
      HOST,
      { facts: { packages: 'apk' } },
      ['host: apk add zerotier-one', 'host: rc-service zerotier-one start'],
    ],
    ['zerotier-missing', HOST, { facts: { packages: 'apt' } }, []],
    ['zerotier-missing', HOST, { facts: { packages: 'sh' } }, []],
    ['container-paused', CONTAINER, {}, ['host: docker unpause orrery-demo']],
    ['paused', HOST, {}, ['anywhere: orrery host resume web-1']],
    ['route-conflict', HOST, {}, []],
  ])('%s', (code, about, more, lines) => {
    expect(commandsFor(code as 'address', about, more).map(({ on, run }) => `${on}: ${run}`)).toEqual(lines);
  });

  it('never contain foreign text, whatever stands where a name should be', () => {
    let made = 0;
    for (const code of explainedCodes())
      for (const about of [CONTAINER, HOST])
        for (const field of Object.keys(CONTAINER))
          for (const hostile of HOSTILE) {
            const more = {
              facts: { packages: hostile, device: hostile, prefix: hostile, pid: hostile },
              status: hostile,
            };
            for (const { run } of commandsFor(code, { ...about, [field]: hostile }, more)) {
              made++;
              expect(run).toMatch(/^[a-z0-9./ |-]+$/);
              if (hostile.length > 1) expect(` ${run} `).not.toContain(` ${hostile} `);
            }
          }
    // Otherwise the loop would show nothing.
    expect(made).toBeGreaterThan(1000);
  });

  it('are lines that a shell can read', () => {
    const lines = explainedCodes().flatMap((code) => [CONTAINER, HOST].flatMap((about) => commandsFor(code, about)));
    expect(lines.length).toBeGreaterThan(20);
    execFileSync('sh', ['-n', '-c', lines.map(({ run }) => run).join('\n')]);
  });
});

describe('a command line', () => {
  it('gives a shell exactly the words that it was made from', () => {
    const words = HOSTILE.filter((word) => !/\p{Cc}|\p{Cf}/u.test(word));
    const printed = execFileSync('sh', ['-c', `printf '%s\\n' ${commandLine(words)}`], { encoding: 'utf8' });
    expect(printed.split('\n').slice(0, -1)).toEqual(words);
  });

  it('is not made from control characters', () => {
    for (const word of ['a\nb', '\u001b[2J', '\u202e', '\0']) expect(() => commandLine([word])).toThrow(TypeError);
  });
});
