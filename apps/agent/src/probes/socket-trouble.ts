import { explain } from '@orrery/shared/contracts';
import { missed, missedBy, type ProbeEnd } from '@orrery/shared/machine';

interface Trouble {
  code: string;
  message: string;
}

const TLS = /^(CERT_|ERR_TLS|ERR_SSL|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_MISMATCH|INVALID_CA|CRL_)/;

/** What the code of a socket error means for a probe. `onLink`: the address should be on the network itself, not behind a router. */
export function socketTrouble({ code, message }: Trouble, where: string, onLink: boolean): ProbeEnd {
  if (code === 'ECONNREFUSED')
    return missed('connection-refused', `${where} refuses the connection: nothing listens there`);
  if (code === 'ETIMEDOUT') return missed('timed-out', `${where} did not answer`);
  // The kernel asked the network itself for the address, and no node answered.
  if (code === 'EHOSTUNREACH' && onLink)
    return missed('timed-out', `no node of the network answers for the address of ${where}`);
  if (code === 'ORRERY_NOT_BOUND') return missedBy(explain('probe-failed/not-bound', { error: message }));
  if (code === 'ENODEV') return missed('no-route', `there is no route to ${where}: ${message}`);
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'EADDRNOTAVAIL')
    return missed('no-route', `there is no route to ${where}: ${message}`);
  if (TLS.test(code)) return missed('tls-failed', `${where} answers, but its TLS is not trusted: ${message}`);
  if (['ECONNRESET', 'EPIPE', 'ECONNABORTED'].includes(code) || code.startsWith('HPE_'))
    return missed('broken-off', `the connection to ${where} broke off: ${message}`);
  return missed('probe-failed', `${where}: ${message}`);
}
