import { access, readdir, readFile } from 'node:fs/promises';
import type { Forwarding, Seen } from '@orrery/shared/machine';
import { describeError } from '@orrery/shared/runtime';
import { runTool, ToolMissing } from './run-tool.js';

/** What the host's firewall does with packets of containers, as `iptables` shows it: the tool that Docker itself uses. */
export async function seeForward(signal: AbortSignal): Promise<Seen<Forwarding>> {
  try {
    if (!(await hasBridge()))
      return { known: false, why: 'the bridges of the engine are not in the network namespace of the agent' };
    return { known: true, value: parseForward(await runTool(['iptables', '-S', 'FORWARD'], '', signal)) };
  } catch (error) {
    return unseen(error);
  }
}

async function hasBridge(): Promise<boolean> {
  const devices = await readdir('/sys/class/net');
  const isBridge = devices.map((name) =>
    access(`/sys/class/net/${name}/bridge`).then(
      () => true,
      () => false,
    ),
  );
  return (await Promise.all(isBridge)).includes(true);
}

/** Numbers of rules in both firewalls. The legacy one is only asked if its tables are loaded: asking would load them. */
export async function seeFirewalls(signal: AbortSignal): Promise<Seen<{ legacyRules: number; nftRules: number }>> {
  try {
    const tables = await readFile('/proc/net/ip_tables_names', 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    if (tables.trim() === '') return { known: true, value: { legacyRules: 0, nftRules: 0 } };
    const [legacy, nft] = await Promise.all(
      ['iptables-legacy-save', 'iptables-nft-save'].map((tool) => runTool([tool], '', signal)),
    );
    return { known: true, value: { legacyRules: countRules(legacy), nftRules: countRules(nft) } };
  } catch (error) {
    return unseen(error);
  }
}

const unseen = (error: unknown) => ({
  known: false as const,
  why:
    error instanceof ToolMissing
      ? 'there is no iptables on this machine'
      : `the firewall cannot be read: ${describeError(error)}`,
});

const countRules = (saved = '') => saved.split('\n').filter((line) => line.startsWith('-A ')).length;

const OF_DOCKER = /-j DOCKER|-[io] (docker\d|br-)\S* .*-j ACCEPT/;
const REJECTS_ALL = /^-A FORWARD -j (DROP|REJECT)( --reject-with \S+)?$/;

/** Parses the output of `iptables -S FORWARD`. */
export function parseForward(printed: string): Forwarding {
  const lines = printed.split('\n').map((line) => line.trim());
  const policy = /^-P FORWARD (\S+)$/m.exec(printed)?.[1];
  if (policy === undefined) throw new Error('there is no chain FORWARD in the answer');
  const decisive = lines.find((line) => OF_DOCKER.test(line) || REJECTS_ALL.test(line));
  const first = decisive === undefined ? 'nothing' : REJECTS_ALL.test(decisive) ? 'rejects' : 'docker';
  return { policy: policy === 'ACCEPT' ? 'ACCEPT' : 'DROP', first };
}
