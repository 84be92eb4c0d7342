import { explain, type Explained } from './catalogue/explain.js';
import { closest } from './closest.js';

/** With this label, the owner of a container lets it be attached; its value names the networks, with commas between them. */
export const WORKLOAD_LABEL = 'orrery.network';
export const ENABLE_LABEL = 'orrery.enable';
/** Every label of a workload that Orrery reads starts with this; those of its own containers start with `io.orrery.`. */
export const LABEL_PREFIX = 'orrery.';

const OF_NETWORK = /^orrery\.networks\.(?<network>.+)\.(?<key>[^.]+)$/;
const NETWORK_ID = /^[0-9a-f]{16}$/;
/** A name of a network, or its 16 digits. */
const NETWORK = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/** As many as a container can join. A hostile host could name hundreds in one label. */
const MOST_NETWORKS = 16;

/** A network that a label asks for. `address`: a fixed one; null: the network chooses. */
export interface LabelClaim {
  /** Its name or its 16 digits, as in the label. */
  network: string;
  address: string | null;
}

export type LabelTrouble = Explained<'label-unknown' | 'label-conflict' | 'label-invalid'>;

export interface ReadLabels {
  /** False: `orrery.enable` says so, or cannot be read. The claims then have no effect. */
  isEnabled: boolean;
  /** Those without trouble, each network once. */
  claims: LabelClaim[];
  troubles: LabelTrouble[];
}

/**
 * What the labels of a container ask for. A label that cannot be read takes effect in no other way: its network is left out,
 * because another address than the requested one would be worse than none.
 */
export function readLabels(labels: Readonly<Record<string, string>>): ReadLabels {
  const troubles: LabelTrouble[] = [];
  const named = namesIn(labels[WORKLOAD_LABEL], troubles);
  const addresses = new Map<string, string | null>();
  const invalid = new Set<string>();
  for (const [label, value] of Object.entries(labels).sort()) {
    if (!label.startsWith(LABEL_PREFIX) || label === WORKLOAD_LABEL || label === ENABLE_LABEL) continue;
    const { network, key } = OF_NETWORK.exec(label)?.groups ?? {};
    if (network === undefined || key !== 'address') {
      troubles.push(explain('label-unknown/label', { label, nearest: nearestTo(label, network) }));
    } else if (!named.includes(network)) {
      troubles.push(explain('label-conflict/unnamed', { label, network }));
    } else {
      const address = value.trim();
      if (address !== 'auto' && !IPV4.test(address)) {
        invalid.add(network);
        troubles.push(explain('label-invalid/address', { label, value: address }));
      }
      addresses.set(network, address === 'auto' ? null : address);
    }
  }
  const claims = named
    .filter((network) => !invalid.has(network))
    .map((network) => ({ network, address: addresses.get(network) ?? null }));
  return { isEnabled: isEnabled(labels[ENABLE_LABEL], troubles), claims, troubles };
}

/** Whether the labels let a container be attached to a network, which they may call by its name or its ID: no other network gets in by being named like that ID. */
export function permitsNetwork(
  labels: Readonly<Record<string, string>>,
  network: { id: string; name?: string },
): boolean {
  const { isEnabled: may } = readLabels(labels);
  const named = namesIn(labels[WORKLOAD_LABEL], []);
  return may && named.some((one) => one === network.id || (one === network.name && !NETWORK_ID.test(one)));
}

/** Whether the labels let a container be attached at all. */
export const permitsAny = (labels: Readonly<Record<string, string>>): boolean =>
  readLabels(labels).isEnabled && namesIn(labels[WORKLOAD_LABEL], []).length > 0;

function namesIn(value: string | undefined, troubles: LabelTrouble[]): string[] {
  if (value === undefined) return [];
  const named = [...new Set(value.split(',').map((one) => one.trim()))];
  const [bad] = named.filter((one) => !NETWORK.test(one));
  if (bad !== undefined) troubles.push(explain('label-invalid/network', { label: WORKLOAD_LABEL, value: bad }));
  const good = named.filter((one) => NETWORK.test(one));
  if (good.length > MOST_NETWORKS)
    troubles.push(explain('label-invalid/too-many', { label: WORKLOAD_LABEL, most: MOST_NETWORKS }));
  return good.slice(0, MOST_NETWORKS);
}

function isEnabled(value: string | undefined, troubles: LabelTrouble[]): boolean {
  const said = value?.trim().toLowerCase();
  if (said === undefined || said === 'true') return true;
  if (said !== 'false') troubles.push(explain('label-invalid/enable', { label: ENABLE_LABEL, value: said }));
  return false;
}

/** The label that was probably meant: one with more parts only if it has more parts itself. */
function nearestTo(label: string, network = 'NETWORK'): string {
  const short = [WORKLOAD_LABEL, ENABLE_LABEL];
  const known = label.split('.').length > 2 ? [`orrery.networks.${network}.address`, ...short] : short;
  return closest(label, known, 1)[0] ?? WORKLOAD_LABEL;
}
