import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { explain, type ControllerId, type HostRef, type NodeId } from '@orrery/shared/contracts';
import { AppError, type Secret } from '@orrery/shared/runtime';
import { HostCalls } from '../bus/host-calls.service.js';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { Store } from '../database/store.js';
import { withVisibility } from '../database/visibility.js';
import { ControllersRepository, type ControllerPlace } from './controllers.repository.js';
import { AgentDoor } from './doors/agent-door.js';
import { CentralDoor } from './doors/central-door.js';
import type { ControllerDoor } from './doors/controller-door.js';
import { SealedTokens } from './sealed-token.js';

/** The way to each controller. */
@Injectable()
export class ControllerDoors implements BeforeApplicationShutdown {
  /** One for each account, because it holds the queue that keeps Central's rate limit. */
  readonly #central = new Map<ControllerId, { token: string; door: CentralDoor }>();
  readonly #tokens: SealedTokens;

  constructor(
    private readonly store: Store,
    private readonly repository: ControllersRepository,
    private readonly calls: HostCalls,
    @Inject(API_CONFIG) private readonly config: ApiConfig,
  ) {
    this.#tokens = new SealedTokens(config.secretsFolder);
  }

  beforeApplicationShutdown(): void {
    for (const { door } of this.#central.values()) door.close();
  }

  /**
   * Throws AppError `unknown-controller`, or `controller-away` when its node is gone, its token cannot be read, or it
   * has moved: another zerotier-one accepts networks named after the old one, but they are useless there
   * (docs/zerotier-facts.md#controller).
   */
  async open(id: ControllerId): Promise<ControllerDoor> {
    const place = await this.#place(id);
    if (place.state === 'moved') throw moved(place);
    return this.#doorTo(place);
  }

  /** For probing the controller, even if it has moved. Throws as `open` does. */
  async toProbe(id: ControllerId): Promise<Pick<ControllerDoor, 'probe'>> {
    return this.#doorTo(await this.#place(id));
  }

  /** To a zerotier-one that may be a controller. */
  toNode(host: HostRef, node: NodeId): ControllerDoor {
    return new AgentDoor(this.calls, { host, node, address: null });
  }

  /** To an account of Central that is not known yet. */
  async toCentral<T>(url: string, token: Secret, work: (door: ControllerDoor) => Promise<T>): Promise<T> {
    const door = this.#centralDoor(url, token);
    try {
      return await work(door);
    } finally {
      door.close();
    }
  }

  #centralDoor(url: string, token: Secret): CentralDoor {
    return new CentralDoor({ url, token, allowed: this.config.centralPrefixes });
  }

  seal(id: ControllerId, token: Secret): Promise<Buffer> {
    return this.#tokens.seal(id, token);
  }

  async #place(id: ControllerId): Promise<ControllerPlace> {
    // A token may see where a controller is, whatever hosts are in its scope.
    const place = await withVisibility(undefined, () => this.repository.place(this.store, id));
    if (place) return place;
    throw new AppError({ kind: 'user', ...explain('unknown-controller', { cause: `there is no controller ${id}` }) });
  }

  async #doorTo({ id, name, host, node, address, url, tokenSealed }: ControllerPlace): Promise<ControllerDoor> {
    if (host && node) return new AgentDoor(this.calls, { host, node, address });
    if (url === null || tokenSealed === null) throw nodeGone(name);
    const sealed = tokenSealed.toString('base64');
    const token = await this.#tokens.open(id, tokenSealed);
    const known = this.#central.get(id);
    if (known?.token === sealed) return known.door;
    // It was given another token, here or on another replica.
    known?.door.close();
    const door = this.#centralDoor(url, token);
    this.#central.set(id, { token: sealed, door });
    return door;
  }
}

const nodeGone = (name: string) =>
  new AppError({ kind: 'operational', ...explain('controller-away/node-gone', { name }) });

const moved = ({ name, address }: ControllerPlace) =>
  new AppError({ kind: 'operational', ...explain('controller-away/moved', { name, address: String(address) }) });
