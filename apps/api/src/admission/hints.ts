import { NetworkId, NodeAddress } from '@orrery/shared/contracts';

/** A payload of NOTIFY is shorter than 8,000 bytes; a longer list is the whole network. */
const MOST_ADDRESSES = 500;

/** The payload when a host shows an address that is another node's, or that another node shows too. */
export const CLAIMS_HINT = 'claims';

/** Where to look: at these addresses of a network, or at all of it (null). */
export interface PlaceHint {
  network: NetworkId;
  addresses: NodeAddress[] | null;
}

export type AdmissionHint = PlaceHint | typeof CLAIMS_HINT;

/** NETWORK, or NETWORK ADDRESS ADDRESS …; ingest writes the same in SQL. */
export const hintText = (network: NetworkId, addresses: readonly NodeAddress[] | null): string =>
  addresses && addresses.length <= MOST_ADDRESSES ? [network, ...addresses].join(' ') : network;

/** Undefined: only to look at what is due, as when the payload names a controller. */
export function readHint(payload: string): AdmissionHint | undefined {
  if (payload === CLAIMS_HINT) return CLAIMS_HINT;
  const [first, ...rest] = payload.split(' ');
  const network = NetworkId.safeParse(first);
  const addresses = NodeAddress.array().safeParse(rest);
  if (!network.success || !addresses.success) return undefined;
  return { network: network.data, addresses: rest.length > 0 ? addresses.data : null };
}
