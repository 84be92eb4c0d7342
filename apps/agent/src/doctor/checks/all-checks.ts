import { DoctorCode } from '@orrery/shared/contracts';
import type { Check, Checked, Evidence } from '../evidence.js';
import { bindNoise } from './bind-noise.js';
import { dnsIgnored } from './dns-ignored.js';
import { engineOld } from './engine-old.js';
import { engineRootless } from './engine-rootless.js';
import { engineUserns } from './engine-userns.js';
import { firewallForwardDrop } from './firewall-forward-drop.js';
import { iptablesLegacyAndNft } from './iptables-legacy-and-nft.js';
import { journalDiskLow } from './journal-disk-low.js';
import { noRootReached } from './no-root-reached.js';
import { portTaken } from './port-9993-taken.js';
import { tunDenied } from './tun-denied.js';
import { udpBlocked } from './udp-blocked.js';
import { uplinkFlapping } from './uplink-flapping.js';
import { wrongRoot } from './wrong-root.js';
import { zerotierOld } from './zerotier-old.js';

/** One check for each code; the compiler keeps the table complete. */
const CHECKS: Record<DoctorCode, Check> = {
  'tun-denied': tunDenied,
  'engine-rootless': engineRootless,
  'engine-userns': engineUserns,
  'engine-old': engineOld,
  'udp-blocked': udpBlocked,
  'no-root-reached': noRootReached,
  'wrong-root': wrongRoot,
  'port-9993-taken': portTaken,
  'firewall-forward-drop': firewallForwardDrop,
  'iptables-legacy-and-nft': iptablesLegacyAndNft,
  'zerotier-old': zerotierOld,
  'bind-noise': bindNoise,
  'dns-ignored': dnsIgnored,
  'journal-disk-low': journalDiskLow,
  'uplink-flapping': uplinkFlapping,
};

export const checkAll = (evidence: Evidence): Checked =>
  new Map(DoctorCode.options.map((code) => [code, CHECKS[code](evidence)]));
