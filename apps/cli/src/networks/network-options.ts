import { ReferenceOption } from '../options/reference-option.js';
import { collect, natural, positive } from '../options/shared-options.js';

/** What `network create` and `network set` say of a network. */
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
}

export const networkOptions = () => [
  new ReferenceOption(
    '--pool <pool>',
    'addresses to give out: 10.1.2.0/24 (and the route to it), or 10.1.2.10-10.1.2.99; may be repeated; none',
  ).argParser(collect),
  new ReferenceOption(
    '--route <target[=via]>',
    'a route to push, on the link or via an address; may be repeated; none',
  ).argParser(collect),
  new ReferenceOption('--dns <domain=servers>', 'DNS of a domain, such as lab.lan=10.1.2.1,10.1.2.2; none'),
  new ReferenceOption('--mtu <bytes>', '1280 to 10000').argParser(positive),
  new ReferenceOption('--multicast-limit <n>', 'how many receivers a multicast has at most').argParser(natural),
  new ReferenceOption('--broadcast', 'let broadcast through'),
  new ReferenceOption('--no-broadcast', 'let no broadcast through'),
  new ReferenceOption('--public', 'anybody who knows its id gets in'),
  new ReferenceOption('--private', 'only who is authorized gets in'),
  new ReferenceOption('--v4 <mode>', 'IPv4 addresses from the pools, or none').choices(['pools', 'none']),
  new ReferenceOption('--v6 <modes>', 'IPv6 addresses: of rfc4193, 6plane, pools; none').argParser(collect),
  new ReferenceOption('--rules <file>', 'JSON: an array of flow rules, or {"rules", "tags", "capabilities"}'),
  new ReferenceOption(
    '--admit <who>',
    'fleet: nodes that this Orrery launches or lets join; a selector: those on such hosts; manual: nobody by itself',
  ),
  new ReferenceOption('--for <duration>', 'how long who is admitted stays in, such as 8h; none: for ever'),
  new ReferenceOption('--on-leave <what>', 'what becomes of the authorization of who leaves').choices([
    'keep',
    'deauthorize',
  ]),
];
