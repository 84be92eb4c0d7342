import type { Shape } from '../api/client.js';
import type { Linked } from './sentence.js';

/** Addresses of the dashboard's own pages. */
export const hostPlace = (name: string) => `/hosts/${encodeURIComponent(name)}`;
export const nodePlace = (name: string) => `/nodes/${encodeURIComponent(name)}`;
export const networkPlace = (reference: string) => `/networks/${encodeURIComponent(reference)}`;
export const membershipPlace = (node: string, network: string) =>
  `/memberships/${encodeURIComponent(node)}/${encodeURIComponent(network)}`;
export const containerPlace = (node: string) => `/containers/${encodeURIComponent(node.replace('/', '.'))}`;
/** A prefix is written 192.168.10.0-24, because not every proxy accepts %2F. */
export const routePlace = (network: string, target: string) =>
  `/routes/${encodeURIComponent(network)}/${encodeURIComponent(target.replace('/', '-'))}`;
export const controllerPlace = (name: string) => `/controllers/${encodeURIComponent(name)}`;
export const commandPlace = (id: string) => `/commands/${encodeURIComponent(id)}`;

export function aboutPlace(about: Shape<'AttentionAbout'> | undefined): string | undefined {
  if (about?.kind === 'membership' && about.node && about.network)
    return membershipPlace(about.node.name, about.network.id);
  if (about?.kind === 'node' && about.node) return nodePlace(about.node.name);
  if (about?.network) return networkPlace(about.network.id);
  return about?.host && hostPlace(about.host.name);
}

/** What a headline can name. */
export function linksOf({ about }: Shape<'Explanation'>): Linked[] {
  const { host, node, network } = about;
  return [
    ...(node ? [{ text: node.name, to: nodePlace(node.name) }] : []),
    ...(network ? [{ text: network.name ?? network.id, to: networkPlace(network.id) }] : []),
    ...(host ? [{ text: host.name, to: hostPlace(host.name) }] : []),
  ];
}
