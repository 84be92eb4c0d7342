import type { Probe, ProbeResult } from '@orrery/shared/contracts';
import { ExitCode } from '../errors/exit-code.js';
import type { Colors } from '../terminal/terminal.js';
import { safeText } from '../terminal/safe-text.js';

/** Results where the host's policy refused, not the network. */
const REFUSALS = ['outside-networks', 'address-not-probed'];

export function exitCodeOf({ state, result }: Probe): ExitCode {
  if (state === 'refused') return ExitCode.refused;
  if (result === null) return ExitCode.waiting;
  if (result.code === 'reached') return ExitCode.done;
  return REFUSALS.includes(result.code) ? ExitCode.refused : ExitCode.failed;
}

/** The last lines: the result, and what to do if the target was not reached. */
export function endLines({ id, node, state, result, cause }: Probe, colors: Colors): string[] {
  if (result === null)
    return [
      colors.yellow(state === 'refused' ? 'refused' : 'no result yet'),
      ...(cause === null ? [] : [`  ${colors.dim('cause')}  ${safeText(cause)}`]),
      `  ${colors.dim('later')}  orrery events --node ${safeText(node.name)} --type 'probe.*'  (${id})`,
    ];
  const { code, fix } = result;
  if (code === 'reached') return [`${colors.green('reached')}  ${figures(result)}`];
  return [
    `${colors.red(code)}  ${figures(result)}`.trimEnd(),
    `  ${colors.dim('cause')}  ${safeText(result.cause)}`,
    ...(fix === '' ? [] : [`  ${colors.dim('fix')}    ${safeText(fix)}`]),
    `  ${colors.dim('more')}   orrery explain ${code}`,
  ];
}

function figures({ ping, http, tcp, code, cause }: ProbeResult): string {
  if (ping && ping.received > 0)
    return `${ping.received} of ${ping.sent} answered, min/avg/max ${ping.minMs}/${ping.averageMs}/${ping.maxMs} ms`;
  if (ping) return `0 of ${ping.sent} answered`;
  if (http) {
    const size = `${http.bytes} bytes${http.isWhole ? '' : ' and more'}`;
    const redirects = http.redirects === 0 ? '' : `, ${http.redirects} redirects`;
    return `status ${http.status}, ${size}, first byte after ${http.firstByteMs} ms${redirects}`;
  }
  if (tcp) return `connected after ${tcp.connectMs} ms`;
  return code === 'reached' ? safeText(cause) : '';
}
