import { isLoopback } from './exposure.js';
import { hostname, networkInterfaces } from 'node:os';
import { isIP } from 'node:net';

const ALWAYS = ['localhost', '127.0.0.1', '::1'];
const isAnyAddress = (listen: string) => ['0.0.0.0', '::', '[::]'].includes(listen);

/** This machine's addresses that others can reach, IPv4 first. */
export function outerAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const outer = all.filter(({ internal, address }) => !internal && !/^fe80:/i.test(address));
  return outer.sort((a, b) => a.family.localeCompare(b.family)).map(({ address }) => address);
}

/** Where hosts reach an API that was not given its URL. */
export const defaultHost = (listen: string): string =>
  isAnyAddress(listen) ? (outerAddresses()[0] ?? '127.0.0.1') : listen;

/** The names in the server's certificate: the host of the URL, where it listens, and this machine itself. */
export function serverNames(listen: string, publicUrl: string | undefined): string[] {
  const ofUrl = publicUrl ? [new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')] : [];
  const ofListen = isAnyAddress(listen) ? (publicUrl ? [] : outerAddresses()) : [listen];
  const all = [...ofUrl, ...ofListen, ...ALWAYS, hostname()].map((name) => name.toLowerCase());
  return [...new Set(all)].filter((name) => isIP(name) || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name));
}

/**
 * The names by which the API can be called because of where it listens, besides this machine's own names for itself.
 */
export function ownHosts(listen: string, publicUrl: string | undefined): string[] {
  if (publicUrl) return [new URL(publicUrl).host.toLowerCase()];
  if (isLoopback(listen)) return [];
  const addresses = isAnyAddress(listen) ? outerAddresses() : [listen];
  return addresses.map((address) => (address.includes(':') ? `[${address}]` : address).toLowerCase());
}
