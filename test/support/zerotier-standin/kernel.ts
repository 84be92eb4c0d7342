import { spawn } from 'node:child_process';
import type { KernelInterface } from '../../../libs/simulator/src/model/kernel-view.js';

/** `ip -batch` continues after a line that fails (-force): a route without its gateway must not block an address. */
async function ip(lines: readonly string[]): Promise<void> {
  const child = spawn('ip', ['-force', '-batch', '-'], { stdio: ['pipe', 'ignore', 'ignore'] });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${lines.join('\n')}\n`);
  await new Promise((resolve) => child.once('close', resolve));
}

/** The route to the interface's own network comes with its address; the kernel creates it. */
const ownRoutes = ({ addresses, routes }: KernelInterface): string[] =>
  routes
    .filter(({ via }) => via !== null || addresses.length === 0)
    .map(({ target, via }) => `${target}${via === null ? '' : ` via ${via}`} metric 5000`);

function difference(was: KernelInterface | undefined, next: KernelInterface): string[] {
  const { device } = next;
  const link = was?.mtu === next.mtu ? [] : [`link set dev ${device} address ${next.mac} mtu ${String(next.mtu)} up`];
  const gone = (was?.addresses ?? []).filter((address) => !next.addresses.includes(address));
  const fresh = next.addresses.filter((address) => !was?.addresses.includes(address));
  const before = new Set(was ? ownRoutes(was) : []);
  const after = new Set(ownRoutes(next));
  return [
    ...link,
    ...[...before].filter((route) => !after.has(route)).map((route) => `route del ${route} dev ${device}`),
    ...gone.map((address) => `addr del ${address} dev ${device}`),
    ...fresh.map((address) => `addr add ${address} ${address.includes(':') ? '' : 'brd + '}dev ${device}`),
    ...[...after]
      .filter((route) => !before.has(route))
      .map((route) => `route replace ${route} dev ${device} proto static`),
  ];
}

/** Makes the kernel match the model, one change after the other. */
export class Kernel {
  private applied = new Map<string, KernelInterface>();
  private queue = Promise.resolve();

  /** Resolves when everything requested so far is done. */
  sync(interfaces: readonly KernelInterface[]): Promise<void> {
    const lines = interfaces.flatMap((wanted) => difference(this.applied.get(wanted.device), wanted));
    this.applied = new Map(interfaces.map((wanted) => [wanted.device, wanted]));
    if (lines.length > 0) this.queue = this.queue.then(() => ip(lines));
    return this.queue;
  }
}
