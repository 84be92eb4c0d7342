import { missed, type ProbeEnd } from '@orrery/shared/machine';

interface Trouble {
  code: string;
  message: string;
}

const TLS = /^(CERT_|ERR_TLS|ERR_SSL|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_MISMATCH|INVALID_CA|CRL_)/;

/** What the code of a socket's error means for a probe. `onLink`: the address is to be on the network itself, behind no router. */
export function socketTrouble({ code, message }: Trouble, where: string, onLink: boolean): ProbeEnd {
  if (code === 'ECONNREFUSED') return missed('connection-refused', `${where} answers that nothing listens there`);
  if (code === 'ETIMEDOUT') return missed('timed-out', `${where} did not answer`);
  // The kernel asked on the network itself who has the address, and nobody said so.
  if (code === 'EHOSTUNREACH' && onLink)
    return missed('timed-out', `no node of the network answers for the address of ${where}`);
  if (code === 'ORRERY_NOT_BOUND')
    return missed('probe-failed', `the connection cannot be bound to the interface, so nothing was sent: ${message}`, {
      fix: 'The kernel of the host needs IPv6 (interfaces may have it disabled), and the sysctl net.ipv6.ip_nonlocal_bind=0. Or let probes leave: probes: true in the policy of the host.',
    });
  if (code === 'ENODEV') return missed('no-route', `there is no way to ${where}: ${message}`);
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'EADDRNOTAVAIL')
    return missed('no-route', `there is no way to ${where}: ${message}`);
  if (TLS.test(code)) return missed('tls-failed', `${where} answers, but not with TLS that is trusted: ${message}`);
  if (['ECONNRESET', 'EPIPE', 'ECONNABORTED'].includes(code) || code.startsWith('HPE_'))
    return missed('broken-off', `the connection to ${where} ended in the middle: ${message}`);
  return missed('probe-failed', `${where}: ${message}`);
}
