import { Injectable } from '@nestjs/common';
import type { ControllerId, HostRef, NodeId } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { HostCalls } from '../calls/host-calls.service.js';
import { withVisibility } from '../database/visibility.js';
import { Store } from '../database/store.js';
import { ControllersRepository, type ControllerPlace } from './controllers.repository.js';
import { AgentDoor } from './doors/agent-door.js';
import type { ControllerDoor } from './doors/controller-door.js';

/** The way to each controller. */
@Injectable()
export class ControllerDoors {
  constructor(
    private readonly store: Store,
    private readonly repository: ControllersRepository,
    private readonly calls: HostCalls,
  ) {}

  /** Throws AppError `unknown-controller`, or `controller-away` when its node is gone. */
  async open(id: ControllerId): Promise<ControllerDoor> {
    // Where a controller is, is no secret of the hosts that a token may see.
    const place = await withVisibility(undefined, () => this.repository.place(this.store, id));
    if (!place) throw new AppError({ code: 'unknown-controller', kind: 'user', cause: `there is no controller ${id}` });
    return this.#doorTo(place);
  }

  /** To a zerotier-one that may be a controller. */
  toNode(host: HostRef, node: NodeId): ControllerDoor {
    return new AgentDoor(this.calls, { host, node, address: null });
  }

  toCentral(_url: string, _token: string): ControllerDoor {
    throw new AppError({ code: 'controller-away', kind: 'operational', cause: 'Central is not there yet' });
  }

  sealToken(_id: ControllerId, _token: string): Promise<Buffer> {
    throw new AppError({ code: 'controller-away', kind: 'operational', cause: 'Central is not there yet' });
  }

  #doorTo({ name, host, node, address }: ControllerPlace): ControllerDoor {
    if (host && node) return new AgentDoor(this.calls, { host, node, address });
    throw new AppError({
      code: 'controller-away',
      kind: 'operational',
      cause: `the node that was the controller ${name} is gone`,
      fix: `Add another controller, and create its networks anew there; orrery controller rm ${name} --force forgets this one.`,
    });
  }
}
