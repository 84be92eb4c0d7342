import type { FailureCode } from '@orrery/shared/contracts';

export interface Diagnosis {
  code: FailureCode;
  cause: string;
  fix: string;
}

const LOAD_TUN =
  'On the host: `sudo modprobe tun`, and if /dev/net/tun is still absent: `sudo mkdir -p /dev/net && sudo mknod /dev/net/tun c 10 200`. If the engine runs in a container, that container needs the device, too.';

/**
 * What a daemon's log says about a failure that its API keeps silent about: without a TUN device or NET_ADMIN it runs on, "healthy",
 * and one line is the only trace (docs/zerotier-facts.md#no-tun-device).
 */
const SIGNS: { when: RegExp; diagnosis: Diagnosis }[] = [
  {
    when: /could not open TUN\/TAP device: Operation not permitted/,
    diagnosis: {
      code: 'tun-missing',
      cause: 'zerotier-one may not open /dev/net/tun: the device is there, and something forbids its use',
      fix: 'Let containers use the device: no device cgroup, security profile or outer container may deny 10:200.',
    },
  },
  {
    when: /could not open TUN\/TAP device/,
    diagnosis: {
      code: 'tun-missing',
      cause: 'zerotier-one has no TUN device, so it cannot make an interface',
      fix: LOAD_TUN,
    },
  },
  {
    when: /unable to configure TUN\/TAP device for TAP operation/,
    diagnosis: {
      code: 'net-admin-missing',
      cause: 'zerotier-one may not configure its TUN device: it lacks the capability NET_ADMIN',
      fix: 'Let the engine grant NET_ADMIN: a rootless engine, a user namespace or a security profile may keep it back. For a daemon of the host: run it as root.',
    },
  },
  {
    when: /cannot bind to local control interface port|Could not bind control plane/,
    diagnosis: {
      code: 'port-taken',
      cause: 'zerotier-one ended because its port is taken by another program',
      fix: 'Find out who holds it with `sudo ss -lpn | grep 9993` and stop that, or give one of the two another port in local.conf.',
    },
  },
  {
    when: /exec format error/i,
    diagnosis: {
      code: 'image-architecture',
      cause: 'the image is built for another kind of machine',
      fix: 'Name an image that is built for this machine.',
    },
  },
  {
    when: /FATAL tini.*exec.*failed: No such file|exec .*zerotier-one.*(no such file|not found)/i,
    diagnosis: {
      code: 'image-unsuitable',
      cause: 'the image has no /usr/sbin/zerotier-one',
      fix: 'Use an image of zerotier-one, such as zerotier/zerotier.',
    },
  },
  {
    when: /identity\/address collision|invalid identity loaded from disk/,
    diagnosis: {
      code: 'identity-lost',
      cause: "zerotier-one does not accept the node's identity",
      fix: 'Remove the container with `orrery rm` and launch it anew: it gets a new identity.',
    },
  },
  {
    when: /unable to parse local\.conf|authtoken\.secret could not be (written|read)/,
    diagnosis: {
      code: 'daemon-unreachable',
      cause: 'zerotier-one cannot use a file in its home: local.conf or authtoken.secret',
      fix: 'Correct local.conf (it must be JSON) and the owner of the files in its home, then start it again; a container of Orrery: `orrery restart`.',
    },
  },
  {
    when: /no space left on device/i,
    diagnosis: {
      code: 'disk-full',
      cause: 'zerotier-one could not write: no space is left',
      fix: 'Free space where Docker keeps its data, for example with `docker image prune`.',
    },
  },
];

export const diagnoseLog = (log: string): Diagnosis | undefined => SIGNS.find(({ when }) => when.test(log))?.diagnosis;

/** The last thing that a log says, for a cause: one line, printable, not long. */
export function lastLine(log: string): string {
  const line = log.trimEnd().split('\n').at(-1) ?? '';
  return line
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
    .slice(0, 200);
}
