import type { Tun } from '../../../libs/simulator/src/model/daemon.js';
import { deviceNameOf } from '../../../libs/simulator/src/model/ids.js';
import type { KernelInterface } from '../../../libs/simulator/src/model/kernel-view.js';
import { Kernel } from './kernel.js';
import { Tap, TapError } from './tap.js';

/** The TAP devices of all joined networks, and their addresses and routes. */
export class Devices {
  private readonly taps = new Map<string, Tap>();
  /** Devices that are closing: a new one of the same name would mistake the old one for its own, and lose it. */
  private readonly closing = new Map<string, Promise<void>>();
  private readonly kernel = new Kernel();

  constructor(
    private readonly onFrame: (networkId: string, frame: Buffer) => void,
    private readonly log: (line: string) => void,
  ) {}

  /**
   * Opens a network's device unless it is open. Without one the daemon prints the reason on stderr, once per try, and
   * continues.
   */
  async open(networkId: string): Promise<Tun> {
    if (this.taps.has(networkId)) return 'present';
    await this.closing.get(networkId);
    try {
      const tap = await Tap.open(deviceNameOf(networkId), (frame) => {
        this.onFrame(networkId, frame);
      });
      this.taps.set(networkId, tap);
      return 'present';
    } catch (error) {
      if (!(error instanceof TapError)) throw error;
      this.log(`ERROR: unable to configure virtual network port: ${error.message}`);
      return error.tun;
    }
  }

  /** The result of the first that failed applies to all; the rest are not tried in vain. */
  async openAll(networkIds: readonly string[]): Promise<Tun> {
    for (const networkId of networkIds) {
      const tun = await this.open(networkId);
      if (tun !== 'present') return tun;
    }
    return 'present';
  }

  /**
   * Closes the devices of networks that are no longer joined, without their routes, and updates the rest. Resolves when
   * the kernel has the changes.
   */
  sync(interfaces: readonly KernelInterface[]): Promise<void> {
    const done = this.kernel.sync(interfaces);
    for (const [networkId, tap] of this.taps) {
      if (interfaces.some((wanted) => wanted.networkId === networkId)) continue;
      this.taps.delete(networkId);
      this.closing.set(
        networkId,
        done.then(() => tap.close()).finally(() => this.closing.delete(networkId)),
      );
    }
    return done;
  }

  refresh(): Promise<void> {
    return this.kernel.refresh();
  }

  write(networkId: string, frame: Buffer): void {
    this.kernel.whenFree(() => this.taps.get(networkId)?.write(frame));
  }

  close(): void {
    for (const tap of this.taps.values()) void tap.close();
    this.taps.clear();
  }
}
