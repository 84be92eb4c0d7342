import { type ObservedInterface, type ObservedRoute, isZeroTierDevice } from '@orrery/shared/contracts';
import { readFileSync } from 'node:fs';
import { tidy } from './zerotier-device.js';

/**
 * Prints the relevant files of /proc and /sys, for use where no `ip` prints JSON. Each file follows a line `@ <path>`.
 * Any shell in the node's namespace or container can run it.
 */
export const PROC_NET_SCRIPT =
  'for f in /proc/net/route /proc/net/fib_trie /proc/net/if_inet6 /proc/net/ipv6_route ' +
  '/sys/class/net/zt*/address /sys/class/net/zt*/mtu /sys/class/net/zt*/flags; ' +
  'do [ -r "$f" ] && echo "@ $f" && cat "$f"; done; true';

const MARKING = ['route', 'fib_trie', 'if_inet6', 'ipv6_route'];

/**
 * Addresses, routes and devices in the namespace of a process, as the kernel prints them. If the mark differs, so do
 * they. Reading these in-memory files costs a hundredth of starting a program. Undefined if the process is gone.
 */
export function markOf(pid: number): string | undefined {
  const read = (file: string) => readFileSync(`/proc/${pid}/net/${file}`, 'utf8');
  try {
    // Only the names of devices: the rest of each line is byte counters.
    return [...MARKING.map(read), ...(read('dev').match(/^\s*\S+:/gm) ?? [])].join('\n');
  } catch {
    return undefined;
  }
}

const IFF_UP = 1;
const RTF_UP = 1;
const RTF_REJECT = 0x200;
const RTF_LOCAL = 0x80000000;

/** Parses the output of the script; throws on anything else. */
export function parseProcNet(output: string): ObservedInterface[] {
  const files = new Map<string, string[]>();
  for (const section of `\n${output}`.split('\n@ ').slice(1)) {
    const [path = '', ...lines] = section.split('\n');
    files.set(
      path,
      lines.filter((line) => line.trim() !== ''),
    );
  }
  if (!files.has('/proc/net/route')) throw new Error('there is no /proc/net/route in the answer');
  const lines = (path: string): string[] => files.get(path) ?? [];
  const devices = [...files.keys()]
    .flatMap((path) => /^\/sys\/class\/net\/([^/]+)\/flags$/.exec(path)?.[1] ?? [])
    .filter(isZeroTierDevice)
    .sort();
  const routes4 = lines('/proc/net/route').slice(1).map(route4);
  const local4 = localAddresses(lines('/proc/net/fib_trie'));
  return devices.map((device) => {
    const one = (file: string): string => lines(`/sys/class/net/${device}/${file}`)[0]?.trim() ?? '';
    const own4 = routes4.filter((route) => route.device === device);
    return tidy({
      device,
      up: (Number(one('flags')) & IFF_UP) !== 0,
      mac: one('address'),
      mtu: Number(one('mtu')),
      addresses: [...addresses4(own4, local4), ...addresses6(lines('/proc/net/if_inet6'), device)],
      routes: [
        ...own4.map(({ base, bits, via }) => ({
          target: `${dotted(base)}/${bits}`,
          via: via === 0 ? null : dotted(via),
        })),
        ...lines('/proc/net/ipv6_route').flatMap((line) => route6(line, device)),
      ],
    });
  });
}

/** Parses /proc/net/route and /proc/net/ipv6_route, each after `@ <path>`, into the routes of the main table. */
export function parseProcRoutes(output: string): { target: string; device: string | null; isLocal: boolean }[] {
  const [, of4 = '', of6 = ''] = `\n${output}`.split(/\n@ [^\n]+/);
  const linesOf = (text: string) => text.split('\n').filter((line) => line.trim() !== '');
  const routes4 = linesOf(of4).slice(1).map(route4);
  return [
    ...routes4.map(({ base, bits, device }) => ({ target: `${dotted(base)}/${bits}`, device, isLocal: false })),
    ...linesOf(of6).flatMap((line) => {
      const device = line.trim().split(/\s+/).at(-1) ?? '';
      return route6(line, device).map(({ target }) => ({ target, device, isLocal: false }));
    }),
  ];
}

interface Route4 {
  device: string;
  base: number;
  bits: number;
  via: number;
}

/** `zt… <destination> <gateway> <flags> … <mask>`, with addresses in hex, in little-endian byte order. */
function route4(line: string): Route4 {
  const [device = '', base = '', via = '', , , , , mask = ''] = line.trim().split(/\s+/);
  const bits = swapped(mask).toString(2).replaceAll('0', '').length;
  return { device, base: swapped(base), bits, via: swapped(via) };
}

/** The IPv4 addresses in this namespace, which the kernel prints without their device. */
function localAddresses(trie: string[]): number[] {
  return trie.flatMap((line, index) => {
    if (!/\/32 host LOCAL/.test(line)) return [];
    const address = /(\d+)\.(\d+)\.(\d+)\.(\d+)/.exec(trie[index - 1] ?? '');
    return address ? [address.slice(1).reduce((value, octet) => value * 256 + Number(octet), 0)] : [];
  });
}

/** An address belongs to the device whose connected route contains it. */
function addresses4(routes: Route4[], local: number[]): string[] {
  return routes
    .filter(({ via, bits }) => via === 0 && bits > 0)
    .flatMap(({ base, bits }) =>
      local.filter((address) => within(address, base, bits)).map((address) => `${dotted(address)}/${bits}`),
    );
}

const within = (address: number, base: number, bits: number): boolean =>
  Math.floor(address / 2 ** (32 - bits)) === Math.floor(base / 2 ** (32 - bits));

/** `<address> <index> <prefix length> <scope> <flags> <device>`, in hex. */
function addresses6(lines: string[], device: string): string[] {
  return lines.flatMap((line) => {
    const [address = '', , bits = '', , , name] = line.trim().split(/\s+/);
    return name === device ? [`${colons(address)}/${parseInt(bits, 16)}`] : [];
  });
}

/** `<target> <bits> <source> <bits> <next hop> <metric> <references> <use> <flags> <device>`, in hex. */
function route6(line: string, device: string): ObservedRoute[] {
  const [target = '', bits = '', , , next = '', , , , flags = '', name] = line.trim().split(/\s+/);
  const set = parseInt(flags, 16);
  if (name !== device || (set & RTF_UP) === 0 || (set & (RTF_REJECT | RTF_LOCAL)) !== 0) return [];
  return [{ target: `${colons(target)}/${parseInt(bits, 16)}`, via: /^0+$/.test(next) ? null : colons(next) }];
}

const swapped = (hex: string): number => parseInt(hex.match(/../g)?.reverse().join('') || '0', 16);

const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

/** Formats 32 hex digits in the shortest usual form, as `ip` does. */
const colons = (hex: string): string =>
  new URL(`http://[${hex.match(/.{4}/g)?.join(':') ?? '::'}]`).hostname.slice(1, -1);

/** Parses the local ports in /proc/net/udp or udp6. */
export const parseProcUdp = (text: string): number[] =>
  [...text.matchAll(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) /gm)].map(([, port = '']) => parseInt(port, 16));
