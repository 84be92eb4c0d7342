import { explain } from '@orrery/shared/contracts';
import { FINE, unknown, type Check } from '../evidence.js';

/** Says who. That the host's own daemon has no socket at all is `udp-port-taken`, which the observation reports. */
export const portTaken: Check = ({ portHolder, nodes }) => {
  if (!portHolder.known) return unknown(portHolder.why);
  const host = nodes.find(({ kind }) => kind === 'host');
  if (portHolder.value === null || !host) return FINE;
  const { port, pid, program } = portHolder.value;
  const hasOthers = host.daemon.known && (host.daemon.value.listeningOn ?? []).length > 0;
  const explained = explain(hasOthers ? 'port-9993-taken/other-ports' : 'port-9993-taken/by', {
    port: String(port),
    program: printable(program),
    pid: String(pid),
  });
  const found = {
    node: host.node,
    network: null,
    severity: hasOthers ? ('warning' as const) : ('error' as const),
    ...explained,
    facts: { port, pid },
  };
  return { result: 'found', found: [found] };
};

/** A program chooses its own name. */
const printable = (program: string) => program.replaceAll(/[^\w.+:-]/g, '?').slice(0, 32) || '?';
