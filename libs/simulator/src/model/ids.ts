/** Names that zerotier-one derives from a network id (16 hex digits) and a node address (10 hex digits). */

export const isNetworkId = (text: string): boolean => /^[0-9a-f]{16}$/i.test(text);

/** The first ten digits of a network id are the address of the controller that owns it. */
export const controllerOf = (networkId: string): string => networkId.slice(0, 10);

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** `zt` + base32 of the low 40 bits of (nwid XOR nwid >> 24): eight characters, the same on every Linux host. */
export function deviceNameOf(networkId: string): string {
  const id = BigInt(`0x${networkId}`);
  const low40 = (id ^ (id >> 24n)) & 0xff_ffff_ffffn;
  let name = 'zt';
  for (let shift = 35n; shift >= 0n; shift -= 5n) name += BASE32.charAt(Number((low40 >> shift) & 31n));
  return name;
}

/** The first octet comes from the network id: locally administered, unicast, and never 0x52, which KVM and libvirt use. */
function firstOctetOf(id: bigint): bigint {
  const octet = (id & 0xfen) | 0x02n;
  return octet === 0x52n ? 0x32n : octet;
}

/** Bytes 1..5 of the network id, counted from the low end, folded over the 40 bits of an address. */
function foldOf(id: bigint): bigint {
  let fold = 0n;
  for (let byte = 1n; byte <= 5n; byte++) fold = (fold << 8n) | ((id >> (byte * 8n)) & 0xffn);
  return fold;
}

export function macOf(address: string, networkId: string): string {
  const id = BigInt(`0x${networkId}`);
  const mac = (firstOctetOf(id) << 40n) | (BigInt(`0x${address}`) ^ foldOf(id));
  return (mac.toString(16).padStart(12, '0').match(/../g) ?? []).join(':');
}

/** The node that a frame is for: the inverse of `macOf`. */
export function addressOfMac(mac: string, networkId: string): string {
  const low40 = BigInt(`0x${mac.replaceAll(':', '')}`) & 0xff_ffff_ffffn;
  return (low40 ^ foldOf(BigInt(`0x${networkId}`))).toString(16).padStart(10, '0');
}
