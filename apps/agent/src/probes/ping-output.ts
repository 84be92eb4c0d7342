import type { ProbeResult } from '@orrery/shared/contracts';
import { missed, reached, type ProbeEnd } from '@orrery/shared/machine';

/** Seconds that `ping` waits for the last answer. */
const LAST_ANSWER_S = 2;

/**
 * One ping a second if the time allows it, otherwise five. `device`: packets leave by this interface or not at all, which iputils and
 * busybox support (SO_BINDTODEVICE) and inetutils does not. All three know the other options.
 */
export function pingCommand(address: string, device: string | null, count: number, timeoutMs: number): string[] {
  const interval = (count - 1 + LAST_ANSWER_S) * 1000 <= timeoutMs ? '1' : '0.2';
  const bound = device === null ? [] : ['-I', device];
  return ['ping', '-n', ...bound, '-c', String(count), '-i', interval, '-W', String(LAST_ANSWER_S), address];
}

type PingLine =
  | { kind: 'reply'; seq: number; ms: number }
  | { kind: 'unreachable'; seq: number; said: string }
  | { kind: 'summary'; sent: number };

export function readPingLine(line: string): PingLine | undefined {
  const reply = /bytes from .*?seq=(\d+).*?time[=<]([\d.]+) ?ms/.exec(line);
  if (reply) return { kind: 'reply', seq: Number(reply[1]), ms: Number(reply[2]) };
  const unreachable = /seq=(\d+) ((?:Destination|Time to live|Packet filtered)[^:]*)/.exec(line);
  if (unreachable) return { kind: 'unreachable', seq: Number(unreachable[1]), said: (unreachable[2] ?? '').trim() };
  const summary = /^(\d+) packets transmitted/.exec(line);
  return summary ? { kind: 'summary', sent: Number(summary[1]) } : undefined;
}

/** The result of all lines. `onLink`: the address should be on the network itself, not behind a router. */
export function pingEnd(lines: readonly PingLine[], count: number, address: string, onLink: boolean): ProbeEnd {
  const times = lines.flatMap((line) => (line.kind === 'reply' ? line.ms : []));
  const sent = lines.find((line) => line.kind === 'summary')?.sent ?? count;
  const ping = { sent, received: times.length, ...spread(times) };
  if (times.length > 0) return reached(`${times.length} of ${sent} answered`, { ping });
  const unreachable = lines.find((line) => line.kind === 'unreachable');
  if (unreachable && !onLink) return missed('no-route', `a router replied: ${unreachable.said}`, { ping });
  const nobody = unreachable ? `no node of the network answers for ${address}` : `no answer to any of ${sent} pings`;
  return missed('timed-out', nobody, { ping });
}

function spread(times: readonly number[]): Pick<NonNullable<ProbeResult['ping']>, 'minMs' | 'averageMs' | 'maxMs'> {
  if (times.length === 0) return { minMs: null, averageMs: null, maxMs: null };
  const average = times.reduce((sum, ms) => sum + ms, 0) / times.length;
  return { minMs: Math.min(...times), averageMs: Math.round(average * 1000) / 1000, maxMs: Math.max(...times) };
}
