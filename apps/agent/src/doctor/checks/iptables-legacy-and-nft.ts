import { explain } from '@orrery/shared/contracts';
import { FINE, here, unknown, type Check } from '../evidence.js';

export const iptablesLegacyAndNft: Check = ({ firewalls }) => {
  if (!firewalls.known) return unknown(firewalls.why);
  const { legacyRules, nftRules } = firewalls.value;
  return legacyRules > 0 && nftRules > 0 ? here('warning', explain('iptables-legacy-and-nft/both')) : FINE;
};
