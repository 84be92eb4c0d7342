import { explain } from '@orrery/shared/contracts';
import { eachNode, type Check } from '../evidence.js';
import { isOlder } from '../versions.js';

/** The first whose answers have everything that Orrery reads (docs/zerotier-facts.md#local-api). */
const OLDEST = '1.12';

export const zerotierOld: Check = (evidence) =>
  eachNode(evidence, ({ node, kind, daemon }) => {
    if (!daemon.known) return daemon.why;
    const { version } = daemon.value;
    if (!isOlder(version, OLDEST)) return [];
    const { packages } = evidence;
    const about = { node, network: null, severity: 'warning' as const };
    if (kind === 'container') return [{ ...about, ...explain('zerotier-old/container', { version }) }];
    const explained = explain('zerotier-old/host', { version, packages: packages ?? '' });
    return [{ ...about, ...explained, ...(packages && { facts: { packages } }) }];
  });
