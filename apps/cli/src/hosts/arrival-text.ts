import type { Command, Host, JoinToken, Membership, Node } from '@orrery/shared/contracts';
import { ExitCode } from '../errors/exit-code.js';
import { safeText } from '../terminal/safe-text.js';
import type { Colors } from '../terminal/terminal.js';
import type { Verdict } from '../waiting/narrate.js';

const LOST = {
  expired: 'its token has expired',
  revoked: 'its token was revoked',
  used: 'its host was removed after it enrolled',
  valid: '',
};

/** The token ended without a host; or, with `valid`, the time is over and the machine may still enroll. */
export function notEnrolled(name: string, token: JoinToken, state: JoinToken['state'], colors: Colors): Verdict {
  const title = colors.bold(safeText(name));
  if (state !== 'valid') {
    const lines = [
      `${colors.red('✗')} ${title} is not enrolled: ${LOST[state]}`,
      `  ${colors.bold('fix')}  Run \`orrery host add\` again for a new command.`,
    ];
    return { exitCode: ExitCode.failed, lines };
  }
  const lines = [
    `${colors.yellow('…')} ${title} has not enrolled yet`,
    `  ${colors.bold('next')} Run the command above on it as root; its token is valid until ${token.expiresAt}.`,
    `  ${colors.bold('then')} ${WATCH} ${colors.dim('(shows when it enrolls)')}`,
  ];
  return { exitCode: ExitCode.waiting, lines };
}

export const WATCH = "orrery events -f --type 'host.*'";

export function notReported({ name, presence }: Host, colors: Colors): Verdict {
  const lines = [
    `${colors.yellow('…')} ${colors.bold(safeText(name))} has enrolled, but its agent has not reported yet (${presence})`,
    `  ${colors.bold('next')} Read the agent's log on the machine: journalctl -u orrery-agent. Its connection to NATS may be blocked.`,
    `  ${colors.bold('then')} orrery host get ${safeText(name)} ${colors.dim('(it continues in the background)')}`,
  ];
  return { exitCode: ExitCode.waiting, lines };
}

/** `docker 27.3, zerotier-one 1.14.1`; the cause instead of a version that is unknown. */
export function reportedText({ engine }: Host, { zerotierVersion, cause }: Node): string {
  const docker = engine?.state === 'up' ? `docker ${engine.version}` : `docker: ${engine?.cause ?? 'unknown'}`;
  return `${docker}, ${zerotierVersion === null ? `zerotier-one: ${cause ?? 'unknown'}` : `zerotier-one ${zerotierVersion}`}`;
}

/** `shop 10.147.17.3`: the addresses that the kernel shows. */
export const joinedText = ({ network, addresses }: Membership) =>
  [network.name ?? network.id, ...addresses.map((address) => address.split('/')[0])].join(' ');

/** The command by which this host joined that network when it enrolled; `commands` are sorted newest first. */
export const joinOf = (commands: Command[], { node }: Host, network: string, since: string) =>
  commands.findLast(
    (command) =>
      command.action === 'join' &&
      command.node === node &&
      command.networks.some((one) => one === network) &&
      Date.parse(command.createdAt) >= Date.parse(since),
  );
