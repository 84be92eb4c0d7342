import { randomBytes } from 'node:crypto';
import { explain } from '@orrery/shared/contracts';
import type { Logger } from '@orrery/shared/runtime';
import type { Elsewhere } from '../model/elsewhere.js';
import { controllerOf } from '../model/ids.js';
import type { Message } from '../model/messages.js';
import { Courier } from './courier.js';
import { CarriedMessage, type Letter } from './letter.js';
import { Letterbox } from './letterbox.js';
import { WorldFolder } from './world-folder.js';

export interface SharedWorldOptions {
  folder: string;
  /** Address of the host's own daemon, which names its letterbox. */
  host: string;
  /** Node → host, as before a restart. It is updated here, so that a controller still reaches its nodes after a restart. */
  members: Record<string, string>;
  logger: Logger;
}

/** Connects the simulated hosts of this machine: a node of one reaches the controllers of the others. */
export class SharedWorld implements Elsewhere {
  readonly #courier: Courier;
  readonly #announced = new Set<string>();
  readonly #echoes = new Map<string, () => void>();
  #letterbox: Letterbox | undefined;

  private constructor(
    private readonly options: SharedWorldOptions,
    private readonly folder: WorldFolder,
  ) {
    this.#courier = new Courier(options.logger);
  }

  static async open(options: SharedWorldOptions): Promise<SharedWorld> {
    return new SharedWorld(options, await WorldFolder.open(options.folder));
  }

  /** Starts receiving letters. `has`: whether a node of this host has the address in the network. */
  async listen(receive: (message: Message) => void, has: (networkId: string, ip: string) => boolean): Promise<void> {
    const { host, members, logger } = this.options;
    this.#letterbox = await Letterbox.open({
      path: this.folder.letterboxOf(host),
      receive: ({ answersTo, message, echo, echoed }) => {
        if (message?.kind === 'config-request') members[message.from] = answersTo;
        if (message) receive(message);
        if (echo && has(echo.networkId, echo.ip))
          this.#courier.send(this.folder.letterboxOf(answersTo), { answersTo: host, echoed: echo.id });
        if (echoed !== undefined) this.#echoes.get(echoed)?.();
      },
      logger,
    });
    if (!this.#letterbox) logger.warn({ event: 'simulated.world-taken', ...explain('world-taken/host', { host }) });
  }

  announce(address: string): void {
    if (this.#announced.has(address)) return;
    this.folder.noteController(address, this.options.host);
    this.#announced.add(address);
  }

  knows(address: string): boolean {
    return this.#hostOf(address) !== undefined;
  }

  /** A message for this host itself is for a daemon of it that is not running. */
  send(message: Message): void {
    const [host, carried] = [this.#hostOf(message.to), CarriedMessage.safeParse(message)];
    if (host === undefined || host === this.options.host || !carried.success) return;
    const letter: Letter = { answersTo: this.options.host, message: carried.data };
    this.#courier.send(this.folder.letterboxOf(host), letter);
  }

  /** Whether a node of any other host has this address in the network; waits at most `ms`. */
  async isElsewhere(networkId: string, ip: string, ms: number): Promise<boolean> {
    // An implicit network is a different network in each world.
    if (!this.knows(controllerOf(networkId))) return false;
    const id = randomBytes(8).toString('hex');
    return new Promise((resolve) => {
      const end = (isThere: boolean) => {
        clearTimeout(late);
        this.#echoes.delete(id);
        resolve(isThere);
      };
      const late = setTimeout(() => end(false), ms);
      this.#echoes.set(id, () => end(true));
      const letter: Letter = { answersTo: this.options.host, echo: { id, networkId, ip } };
      for (const host of this.folder.hosts())
        if (host !== this.options.host) this.#courier.send(this.folder.letterboxOf(host), letter);
    });
  }

  async close(): Promise<void> {
    await this.#letterbox?.close();
    await this.#courier.close();
  }

  #hostOf(address: string): string | undefined {
    return this.options.members[address] ?? this.folder.hostOf(address);
  }
}
