import { ReferenceOption } from '../options/reference-option.js';
import { collect, natural, positive } from '../options/shared-options.js';

/** The settings of a network in `network create` and `network set`. */
export interface NetworkOptions {
  pool?: string[];
  route?: string[];
  dns?: string;
  mtu?: number;
  multicastLimit?: number;
  broadcast?: boolean;
  public?: boolean;
  private?: boolean;
  v4?: string;
  v6?: string[];
  rules?: string;
  admit?: string;
  for?: string;
  onLeave?: 'keep' | 'deauthorize';
  labels?: 'on' | 'off';
}

export const networkOptions = () => [
  new ReferenceOption(
    '--pool <pool>',
    'addresses to assign: 10.1.2.0/24 (adds its route), 10.1.2.10-10.1.2.99, or none (repeatable)',
  ).argParser(collect),
  new ReferenceOption(
    '--route <target[=via]>',
    'route to push, on the link or via an address, or none (repeatable)',
  ).argParser(collect),
  new ReferenceOption('--dns <domain=servers>', 'DNS servers for a domain, such as lab.lan=10.1.2.1,10.1.2.2, or none'),
  new ReferenceOption('--mtu <bytes>', 'MTU, 1280 to 10000').argParser(positive),
  new ReferenceOption('--multicast-limit <n>', 'maximum number of receivers of a multicast').argParser(natural),
  new ReferenceOption('--broadcast', 'allow broadcast'),
  new ReferenceOption('--no-broadcast', 'block broadcast'),
  new ReferenceOption('--public', 'admit every node that knows the network ID'),
  new ReferenceOption('--private', 'admit only authorized nodes'),
  new ReferenceOption('--v4 <mode>', 'IPv4 addresses from the pools, or none').choices(['pools', 'none']),
  new ReferenceOption('--v6 <modes>', 'IPv6 addresses from rfc4193, 6plane and pools, or none').argParser(collect),
  new ReferenceOption('--rules <file>', 'JSON file: an array of flow rules, or {"rules", "tags", "capabilities"}'),
  new ReferenceOption(
    '--admit <who>',
    'fleet: nodes that this Orrery launches or joins; a selector: only those on matching hosts; manual: only nodes that you authorize',
  ),
  new ReferenceOption('--for <duration>', 'how long an admitted node stays authorized, such as 8h, or none (no limit)'),
  new ReferenceOption('--on-leave <what>', 'what happens to the authorization of a node that leaves').choices([
    'keep',
    'deauthorize',
  ]),
  new ReferenceOption('--labels <mode>', 'whether labels of workloads can ask for it, on or off').choices([
    'on',
    'off',
  ]),
];
