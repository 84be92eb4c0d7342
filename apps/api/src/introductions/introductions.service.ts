import { Inject, Injectable } from '@nestjs/common';
import type { HostId, NodeAddress, PublicIdentity } from '@orrery/shared/contracts';
import { describeError, pause, steadyNow, type Logger } from '@orrery/shared/runtime';
import { HostRate } from '../bus/host-rate.js';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { CHANNELS } from '../database/channels.js';
import { Notifications } from '../database/notifications.js';
import { Store } from '../database/store.js';
import { LOGGER } from '../logger.js';
import type { Loop } from '../loops/loop.js';
import { Recurring } from '../loops/recurring.js';
import { RootDoor, type RootFile } from './root-door.js';

/** How often to look without a hint, for a restarted root and for identities that belong to no host any more. */
const LOOK_MS = 5_000;
/** The most identities in the door; the root accepts no more either. */
const MOST = 10_000;
/** Slows down a host that mass-produces identities, because the root must validate each. */
const OFFER_RATE = { perSecond: 0.2, burst: 32 };
/**
 * Every 30 s the root forgets the nodes that it was told of but has not heard. Mentioned as often as this while they start,
 * a node is unknown for a third of a second at most.
 */
const MENTION = { times: 10, everyMs: 300 };
/** Running nodes find a restarted root again within two minutes. */
const AFTER_RESTART = { times: 6, everyMs: 20_000 };
const AT_ONCE = 200;

/**
 * Introduces nodes to a private root before they start. A root accepts only one unknown node per 2 s and /24, so
 * otherwise the last of ten launches on one host would wait for half a minute (docs/zerotier-facts.md#strangers). Does
 * nothing without a door.
 */
@Injectable()
export class Introductions implements Loop {
  readonly #door: RootDoor | undefined;
  readonly #rate = new HostRate(OFFER_RATE);
  #root: RootFile | undefined;
  #toMention = { times: 0, at: 0 };
  readonly #mentioning = new Map<HostId, symbol>();
  #stop: AbortSignal | undefined;

  constructor(
    private readonly store: Store,
    private readonly notifications: Notifications,
    @Inject(API_CONFIG) config: ApiConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    if (config.rootDoor !== undefined) this.#door = new RootDoor(config.rootDoor);
  }

  /** Called right before a host gets its new state. Never rejects: without an introduction a node only takes longer. */
  async introduce(host: HostId): Promise<void> {
    if (!this.#root) return;
    try {
      const rows = await this.store.query<{ address: NodeAddress }[]>(
        `SELECT address FROM identities WHERE host_id = $1 AND state = 'assigned' AND public IS NOT NULL
          ORDER BY assigned_at DESC LIMIT ${AT_ONCE}`,
        [host],
      );
      const addresses = rows.map(({ address }) => address);
      await this.#mention(addresses);
      void this.#keepMentioning(host, addresses);
    } catch (error) {
      this.#complain(describeError(error));
    }
  }

  /** A later change of the same host takes over, so a host that changes all the time is not mentioned more often. Never rejects. */
  async #keepMentioning(host: HostId, addresses: readonly NodeAddress[]): Promise<void> {
    const mine = Symbol(host);
    this.#mentioning.set(host, mine);
    try {
      for (let time = 1; time < MENTION.times && this.#mentioning.get(host) === mine; time++) {
        await pause(MENTION.everyMs, this.#stop);
        await this.#mention(addresses);
      }
    } catch (error) {
      this.#complain(describeError(error));
    } finally {
      if (this.#mentioning.get(host) === mine) this.#mentioning.delete(host);
    }
  }

  async run(signal: AbortSignal): Promise<void> {
    const door = this.#door;
    if (!door) return;
    this.#stop = signal;
    const failed = (cause: string) => this.#complain(cause);
    const loop = new Recurring({ everyMs: LOOK_MS, first: 'now', work: () => this.#look(door), failed });
    const wake = () => loop.wake();
    const deafen = this.notifications.on(CHANNELS.introductions, { heard: wake, listening: wake });
    await loop.run(signal);
    deafen();
    await door.close();
  }

  async #look(door: RootDoor): Promise<void> {
    const root = await door.root();
    if (!root) return;
    if (root.started !== this.#root?.started) this.#toMention = { times: AFTER_RESTART.times, at: steadyNow() };
    this.#root = root;
    await this.#offer(door);
    if (this.#toMention.times > 0 && steadyNow() >= this.#toMention.at) await this.#mentionAll();
  }

  /** Level-triggered: makes the content of the door match the database. */
  async #offer(door: RootDoor): Promise<void> {
    const rows = await this.store.query<{ address: NodeAddress; host: HostId; public: PublicIdentity }[]>(
      `SELECT address, host_id AS host, public FROM identities WHERE public IS NOT NULL AND state <> 'retired'
        ORDER BY offered_at LIMIT ${MOST}`,
    );
    const wanted = new Set(rows.map(({ address }) => address));
    const there = new Set(await door.offered());
    for (const address of there) if (!wanted.has(address)) await door.withdraw(address);
    for (const row of rows) if (!there.has(row.address) && this.#rate.admits(row.host)) await door.offer(row.public);
  }

  /** A restarted root knows no nodes. */
  async #mentionAll(): Promise<void> {
    this.#toMention = { times: this.#toMention.times - 1, at: steadyNow() + AFTER_RESTART.everyMs };
    const rows = await this.store.query<{ address: NodeAddress }[]>(
      `SELECT address FROM identities WHERE public IS NOT NULL AND state = 'assigned' LIMIT ${MOST}`,
    );
    for (let from = 0; from < rows.length; from += AT_ONCE) {
      await this.#mention(rows.slice(from, from + AT_ONCE).map(({ address }) => address));
      await pause(50, this.#stop);
    }
  }

  async #mention(addresses: readonly NodeAddress[]): Promise<void> {
    if (this.#root && !this.#stop?.aborted) await this.#door?.mention(this.#root.endpoints, addresses);
  }

  #complain(cause: string): void {
    this.logger.warn(
      { event: 'introductions.failed', cause },
      'cannot introduce nodes to the root; they may take longer to start',
    );
  }
}
