import { Inject, Injectable } from '@nestjs/common';
import { DesiredState, subjects, type Hello, type HostId, type SignedMessage } from '@orrery/shared/contracts';
import { Verifier, type Signer } from '@orrery/shared/bus';
import type { Logger } from '@orrery/shared/runtime';
import type { Transaction } from '../database/sql.js';
import { DesiredStates } from '../wanted/desired-states.js';
import { continueAbove } from '../wanted/revisions.js';
import { SIGNER } from '../bus/buses.js';
import { LOGGER } from '../logger.js';

export interface StateAnswer {
  /** The state that the agent must hold from now on, unless it already does. */
  desired: SignedMessage | undefined;
  /** The agent's state is newer than any that this database knows, so the agent must show it. */
  wantsState: boolean;
}

/** Compares the state that an agent holds with the one that it should hold. */
@Injectable()
export class HelloStates {
  readonly #verifier: Verifier;

  constructor(
    private readonly states: DesiredStates,
    @Inject(SIGNER) signer: Signer,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#verifier = new Verifier([signer.publicKey]);
  }

  async compare(manager: Transaction, host: HostId, revision: number, hello: Hello): Promise<StateAnswer> {
    if (hello.revision > revision) return this.#takeOver(manager, host, hello);
    const current = await this.states.current(manager, host);
    if (!current || (hello.revision === current.revision && hello.digest === current.digest))
      return { desired: undefined, wantsState: false };
    if (hello.revision < current.revision) return { desired: current.message, wantsState: false };
    // The same number for two contents means two histories, as after a restored backup and a change.
    this.logger.warn(
      { event: 'hello.other-history', host, revision },
      'a host holds a different state with the same revision',
    );
    return this.#above(manager, host, revision);
  }

  /**
   * The agent is ahead. Only a state that we signed ourselves is followed; any other could block all further changes of
   * the host.
   */
  async #takeOver(manager: Transaction, host: HostId, hello: Hello): Promise<StateAnswer> {
    if (!hello.state) return { desired: undefined, wantsState: true };
    const shown = this.#ours(host, hello.revision, hello.state);
    if (!shown) {
      this.logger.warn(
        { event: 'hello.state-refused', host, revision: hello.revision },
        'a host presented a state that this API did not sign',
      );
      return { desired: undefined, wantsState: false };
    }
    this.logger.warn(
      { event: 'hello.state-adopted', host, revision: hello.revision },
      'a host was ahead of the database',
    );
    return this.#above(manager, host, hello.revision, shown.paused === true);
  }

  async #above(manager: Transaction, host: HostId, revision: number, paused?: boolean): Promise<StateAnswer> {
    await continueAbove(manager, host, revision, paused);
    const current = await this.states.current(manager, host);
    return { desired: current?.message, wantsState: false };
  }

  #ours(host: HostId, revision: number, message: SignedMessage): DesiredState | undefined {
    if (message.subject !== subjects.desired(host) || !this.#verifier.verifies(message)) return undefined;
    try {
      const state = DesiredState.parse(JSON.parse(message.body));
      return state.host === host && state.revision === revision ? state : undefined;
    } catch {
      return undefined;
    }
  }
}
