import { FindingFacts, MembershipStatus, type Code, type FixCommand } from '@orrery/shared/contracts';
import { commandLine } from './command-line.js';
import { RemedyAbout } from './remedy-about.js';

/** What a code is about, and what else is known for certain. */
export interface Situation extends RemedyAbout {
  facts: FindingFacts;
  /** What zerotier-one on the node reports of the network. */
  status: MembershipStatus | null;
}

/** A command as words, so that nothing in a word can end it; or, if nothing is filled in, as a line that is always the same. */
type Line = [on: FixCommand['on'], ...words: string[]] | Omit<FixCommand, 'host'>;
type Remedy = (situation: Situation) => Line[];

const node = ({ host, container, kind }: RemedyAbout): string | undefined => {
  if (host === null) return undefined;
  return container === null ? (kind === 'container' ? undefined : host) : `${host}/${container}`;
};
const network = ({ network, networkName }: RemedyAbout): string | undefined => networkName ?? network ?? undefined;

/** Only if everything that it names is known. */
const line = (on: FixCommand['on'], ...words: (string | undefined)[]): Line[] =>
  words.includes(undefined) ? [] : [[on, ...(words as string[])]];

/** Recreates a container with its identity; a daemon of the host is restarted by the program that keeps it. */
const restart: Remedy = (about) =>
  about.kind === 'host'
    ? line('host', 'systemctl', 'restart', 'zerotier-one')
    : line('anywhere', 'orrery', 'restart', node(about));

/** Who keeps the network decides: for another's, only its owner can act. */
const authorize: Remedy = (about) =>
  about.isKept ? line('anywhere', 'orrery', 'membership', 'authorize', node(about), network(about)) : [];

/** Programs of distributions that have zerotier-one in their own packages. */
const INSTALL: Partial<Record<NonNullable<FindingFacts['packages']>, Line[]>> = {
  apk: [
    ['host', 'apk', 'add', 'zerotier-one'],
    ['host', 'rc-service', 'zerotier-one', 'start'],
  ],
  pacman: [
    ['host', 'pacman', '-S', '--noconfirm', 'zerotier-one'],
    ['host', 'systemctl', 'enable', '--now', 'zerotier-one'],
  ],
};

const UPGRADE: Record<NonNullable<FindingFacts['packages']>, Line[]> = {
  apt: [
    ['host', 'apt-get', 'update'],
    ['host', 'apt-get', 'install', '--yes', '--only-upgrade', 'zerotier-one'],
  ],
  dnf: [['host', 'dnf', 'upgrade', '-y', 'zerotier-one']],
  zypper: [['host', 'zypper', '--non-interactive', 'update', 'zerotier-one']],
  apk: [['host', 'apk', 'upgrade', 'zerotier-one']],
  pacman: [['host', 'pacman', '-Syu', '--noconfirm', 'zerotier-one']],
};

/**
 * Commands that carry out the fix of a code, where commands can. A code that is not here needs a person: its fix says who. Nothing here
 * takes away what others made: no foreign container, process or route.
 */
const REMEDIES: Partial<Record<Code, Remedy>> = {
  authorization: authorize,
  'network-not-found': (about) => line('anywhere', 'orrery', 'leave', node(about), network(about), '--yes'),
  interface: restart,
  address: restart,
  paused: ({ host }) => line('anywhere', 'orrery', 'host', 'resume', host ?? undefined),
  'daemon-unreachable': restart,
  'docker-unreachable': () => line('host', 'systemctl', 'start', 'docker'),
  'container-died': ({ kind, ...about }) => restart({ ...about, kind: kind ?? 'container' }),
  'container-paused': ({ container }) =>
    line('host', 'docker', 'unpause', container === null ? undefined : `orrery-${container}`),
  'port-error': restart,
  'tun-missing': () => [
    ['host', 'modprobe', 'tun'],
    ['host', 'mkdir', '-p', '/dev/net'],
    { on: 'host', run: 'test -c /dev/net/tun || mknod /dev/net/tun c 10 200' },
  ],
  // Only this container may be denied the device: it gets a new device cgroup.
  'tun-denied': (about) => (about.container === null ? [] : restart(about)),
  'zerotier-old': ({ facts, kind }) => (kind === 'host' && facts.packages ? UPGRADE[facts.packages] : []),
  'zerotier-missing': ({ facts }) => (facts.packages && INSTALL[facts.packages]) ?? [],
  'interface-disagrees': (about) =>
    about.status === 'ACCESS_DENIED' || about.status === 'NOT_FOUND' ? authorize(about) : restart(about),
  'membership-unexpected': restart,
  'clock-skew': () => line('host', 'timedatectl', 'set-ntp', 'true'),
  'host-away': () => line('host', 'systemctl', 'restart', 'orrery-agent'),
  // About the node of the controller.
  'controller-away': (about) =>
    about.kind === 'host' ? line('host', 'systemctl', 'start', 'zerotier-one') : restart(about),
};

/** The commands for a code, with names filled in and quoted for a POSIX shell; none where only a person can act. */
export function commandsFor(
  code: Code,
  about: unknown,
  more: { facts?: unknown; status?: unknown } = {},
): FixCommand[] {
  const remedy = REMEDIES[code];
  const known = RemedyAbout.safeParse(about);
  if (!remedy || !known.success) return [];
  const facts = FindingFacts.safeParse(more.facts ?? {});
  const status = MembershipStatus.safeParse(more.status);
  const lines = remedy({
    ...known.data,
    facts: facts.success ? facts.data : {},
    status: status.success ? status.data : null,
  });
  const { host } = known.data;
  return lines.map((one) => {
    const { on, run } = Array.isArray(one) ? { on: one[0], run: commandLine(one.slice(1)) } : one;
    return { on, host: on === 'host' ? host : null, run };
  });
}
