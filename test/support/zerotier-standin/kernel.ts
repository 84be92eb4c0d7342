import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { KernelInterface } from '../../../libs/simulator/src/model/kernel-view.js';

/** `ip -batch` continues after a line that fails (-force): a route without its gateway must not block an address. */
async function ip(lines: readonly string[]): Promise<void> {
  const child = spawn('ip', ['-force', '-batch', '-'], { stdio: ['pipe', 'ignore', 'ignore'] });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${lines.join('\n')}\n`);
  await new Promise((resolve) => child.once('close', resolve));
}

/** After a deletion the daemon waits in vain for the kernel's answer, and does nothing else (docs/zerotier-facts.md#routes). */
const WAIT_MS = 1_000;

/** The route to the interface's own network comes with its address; the kernel creates it. */
const gatewayRoutes = ({ device, routes }: KernelInterface): string[] =>
  routes.flatMap(({ target, via }) => (via === null ? [] : [`${target} via ${via} dev ${device}`]));

/** The kernel refuses what it has, also a route to this target that somebody else made; and that one stays. */
const adding = (route: string): string => `route add ${route} proto static metric 5000`;

async function deleteSlowly(routes: readonly string[]): Promise<void> {
  for (const route of routes) {
    await ip([`route del ${route}`]);
    await pause(WAIT_MS);
  }
}

interface Difference {
  readonly first: readonly string[];
  /** Routes that the daemon deletes itself: the kernel deletes those of an address together with it. */
  readonly deleted: readonly string[];
  readonly then: readonly string[];
}

function difference(was: KernelInterface | undefined, next: KernelInterface): Difference {
  const { device } = next;
  const link = was?.mtu === next.mtu ? [] : [`link set dev ${device} address ${next.mac} mtu ${String(next.mtu)} up`];
  const gone = (was?.addresses ?? []).filter((address) => !next.addresses.includes(address));
  const fresh = next.addresses.filter((address) => !was?.addresses.includes(address));
  const before = was ? gatewayRoutes(was) : [];
  const after = gatewayRoutes(next);
  const deleted = before.filter((route) => !after.includes(route));
  return {
    first: [
      ...link,
      ...gone.map((address) => `addr del ${address} dev ${device}`),
      ...fresh.map((address) => `addr add ${address} ${address.includes(':') ? '' : 'brd + '}dev ${device}`),
    ],
    deleted: gone.length > 0 ? [] : deleted,
    then: after.filter((route) => !before.includes(route)).map(adding),
  };
}

/** Makes the kernel match the model, one change after the other. */
export class Kernel {
  private applied = new Map<string, KernelInterface>();
  private queue = Promise.resolve();
  private waiting: Promise<void> | null = null;

  /** Resolves when everything requested so far is done. */
  sync(interfaces: readonly KernelInterface[]): Promise<void> {
    const left = [...this.applied.values()].filter(({ device }) =>
      interfaces.every((other) => other.device !== device),
    );
    for (const device of left) this.change({ ...device, routes: [] });
    for (const wanted of interfaces) this.change(wanted);
    this.applied = new Map(interfaces.map((wanted) => [wanted.device, wanted]));
    return this.queue;
  }

  /** Adds again what somebody else has deleted. */
  refresh(): Promise<void> {
    const lines = [...this.applied.values()].flatMap(gatewayRoutes).map(adding);
    return this.enqueue(lines);
  }

  /** While the daemon waits for the kernel, what arrives from other nodes waits too. */
  whenFree(act: () => void): void {
    if (this.waiting) void this.waiting.then(act);
    else act();
  }

  private change(wanted: KernelInterface): void {
    const { first, deleted, then } = difference(this.applied.get(wanted.device), wanted);
    void this.enqueue(first);
    if (deleted.length > 0) this.queue = this.queue.then(() => this.delete(deleted));
    void this.enqueue(then);
  }

  private enqueue(lines: readonly string[]): Promise<void> {
    if (lines.length > 0) this.queue = this.queue.then(() => ip(lines));
    return this.queue;
  }

  private async delete(routes: readonly string[]): Promise<void> {
    this.waiting = deleteSlowly(routes);
    await this.waiting;
    this.waiting = null;
  }
}
