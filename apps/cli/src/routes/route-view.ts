import type { KeptRoute, LanCheck, RouteVia } from '@orrery/shared/contracts';
import { apiPath } from '../api/paths.js';
import { networkText } from '../networks/network-view.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { ReferenceOption } from '../options/reference-option.js';
import { age } from '../output/age.js';
import { outcomeLines, outcomeText } from '../output/outcome.js';
import type { Column } from '../output/table.js';

const columns: Column<KeptRoute>[] = [
  { title: 'PREFIX', text: ({ target }) => target, tone: () => 'strong' },
  { title: 'NETWORK', text: ({ network }) => network.name ?? network.id },
  { title: 'STATE', text: ({ state }) => state, tone: ({ state }) => (state === 'announced' ? 'good' : 'warn') },
  { title: 'VIA', text: viaText },
  { title: 'SINCE', text: ({ since }, now) => (since ? age(since, now) : '') },
  { title: 'STANDBY', text: (route) => standbysOf(route).join(', ') },
];
const wide: Column<KeptRoute>[] = [
  {
    title: 'ANNOUNCED',
    text: ({ announced }) => announced.map(({ target, via }) => `${target} via ${via}`).join(', '),
    wide: true,
  },
  { title: 'CAUSE', text: ({ cause }) => cause ?? '', wide: true },
  { title: 'AGE', text: ({ createdAt }, now) => age(createdAt, now), wide: true },
];

const carrierText = ({ router, since }: KeptRoute) => (router && since ? `${router} since ${since}` : (router ?? ''));
const checkText = ({ address, port }: LanCheck) => (port === undefined ? address : `${address}:${port}`);

/** `onprem-1/shop-router 10.182.44.7`: the router that is to carry it. */
function viaText({ router, via }: KeptRoute): string {
  const address = via.find(({ node }) => node.name === router)?.address;
  return [router, address].filter(Boolean).join(' ');
}

export const standbysOf = ({ router, via }: KeptRoute): string[] =>
  via
    .filter(({ node }) => node.name !== router)
    .map(({ node, address }) => [node.name, address].filter(Boolean).join(' '));

export const routeView = {
  columns: [...columns, ...wide],
  nameOf: ({ target }: KeptRoute) => target,
  empty: 'No routes by routers. To bring a LAN into a network: orrery route add PREFIX --network NETWORK --via HOST',
};

function routerText({ node, address, outcome, hears = null }: RouteVia, { router }: KeptRoute): string {
  const heard = hears === null || router === null ? [] : [`${hears ? 'hears' : 'does not hear'} ${router}`];
  return [node.name, address ?? 'no address yet', outcomeText(outcome) || 'not reported yet', ...heard].join('  ');
}

/** What `route get` shows below the columns. */
export const routeLines = (route: KeptRoute): [title: string, text: string][] => [
  ['id', route.id],
  ['network', networkText(route.network)],
  ...route.via.flatMap((one): [string, string][] => [['router', routerText(one, route)], ...outcomeLines(one.outcome)]),
  ['carried by', carrierText(route)],
  ['check', route.check ? checkText(route.check) : ''],
  ['announced', route.announced.map(({ target, via }) => `${target} via ${via}`).join(', ')],
  ['cause', route.cause ?? ''],
  ...route.findings.flatMap(({ code, cause, fix }): [string, string][] => [
    [code, cause],
    ['fix', fix],
  ]),
];

/** For `get`: its own lines stand in place of the wide columns. */
export const oneRoute = { columns, nameOf: routeView.nameOf };

export const prefixArgument = () =>
  new ReferenceArgument('<prefix>', 'prefix of the route, such as 192.168.10.0/24', 'routes');

export interface InNetwork {
  network?: string;
}
export const inNetworkOption = () => new ReferenceOption('--network <network>', 'the network (required)', 'networks');

/** In a path, the prefix is written 192.168.10.0-24, because not every proxy accepts %2F. */
export const routePath = (network: string, prefix: string) =>
  apiPath('networks', network, 'routes', prefix.replace('/', '-'));
