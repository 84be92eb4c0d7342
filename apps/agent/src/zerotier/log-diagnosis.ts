import { explain, type FailureCode, type Explained } from '@orrery/shared/contracts';

export type Diagnosis = Explained<FailureCode>;

/**
 * Recognizes failures that only the daemon's log shows. Without a TUN device or NET_ADMIN, for example, the daemon
 * keeps running, apparently healthy, and one line in its log is the only trace (docs/zerotier-facts.md#no-tun-device).
 */
const SIGNS: { when: RegExp; diagnosis: Diagnosis }[] = [
  {
    when: /could not open TUN\/TAP device: Operation not permitted/,
    diagnosis: explain('tun-denied/log'),
  },
  {
    when: /could not open TUN\/TAP device/,
    diagnosis: explain('tun-missing/log'),
  },
  {
    when: /unable to configure TUN\/TAP device for TAP operation/,
    diagnosis: explain('net-admin-missing/tun'),
  },
  {
    when: /cannot bind to local control interface port|Could not bind control plane/,
    diagnosis: explain('port-taken/daemon'),
  },
  {
    when: /exec format error/i,
    diagnosis: explain('image-architecture', { cause: 'the image is built for another processor architecture' }),
  },
  {
    when: /FATAL tini.*exec.*failed: No such file|exec .*zerotier-one.*(no such file|not found)/i,
    diagnosis: explain('image-unsuitable/no-program'),
  },
  {
    when: /identity\/address collision|invalid identity loaded from disk/,
    diagnosis: explain('identity-lost/not-accepted'),
  },
  {
    when: /unable to parse local\.conf|authtoken\.secret could not be (written|read)/,
    diagnosis: explain('daemon-unreachable/files'),
  },
  {
    when: /no space left on device/i,
    diagnosis: explain('disk-full/daemon'),
  },
];

export const diagnoseLog = (log: string): Diagnosis | undefined => SIGNS.find(({ when }) => when.test(log))?.diagnosis;

/** The last line of a log, made short and printable for use in a cause. */
export function lastLine(log: string): string {
  const line = log.trimEnd().split('\n').at(-1) ?? '';
  return line
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
    .slice(0, 200);
}
