import { Inject, Injectable } from '@nestjs/common';
import type { Hello, HelloReply, HostId } from '@orrery/shared/contracts';
import type { Logger } from '@orrery/shared/runtime';
import type { Transaction } from '../database/sql.js';
import { Store } from '../database/store.js';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { runIn } from '../database/statements.js';
import { Deliveries } from '../wanted/deliveries.js';
import { lockHosts } from '../wanted/revisions.js';
import { noteOffered, notePublic } from '../identities/identities.js';
import { LOGGER } from '../logger.js';
import { HelloStates } from './hello-states.js';
import { registerEpoch } from './epoch-registration.js';

const refused = (code: 'unknown-host' | 'cloned', cause: string): HelloReply => ({ result: 'refused', code, cause });

/** An agent says hello at its start and after every lost connection, so that both sides learn the other's position. */
@Injectable()
export class HelloService {
  constructor(
    private readonly store: Store,
    private readonly states: HelloStates,
    private readonly deliveries: Deliveries,
    @Inject(API_CONFIG) private readonly config: ApiConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async hello(host: HostId, hello: Hello): Promise<HelloReply> {
    const reply = await this.store.transaction((manager) => this.#answer(manager, host, hello));
    const outcome = reply.result === 'welcome' ? 'welcome' : reply.code;
    this.logger.info(
      { event: 'hello', host, epoch: hello.epoch, revision: hello.revision, outcome },
      'an agent sent hello',
    );
    return reply;
  }

  async #answer(manager: Transaction, host: HostId, hello: Hello): Promise<HelloReply> {
    const run = runIn(manager);
    await lockHosts(manager, [host]);
    const [row] = await run<{ name: string; revision: string; wants_snapshot: boolean; now: Date }>(
      `SELECT h.name, h.revision, s.wants_snapshot, clock_timestamp() AS now FROM hosts h JOIN host_status s ON s.host_id = h.id
       WHERE h.id = $1 AND h.removed_at IS NULL`,
      [host],
    );
    if (!row) return refused('unknown-host', 'this host has not joined here, or was removed');
    const epochs = await registerEpoch(run, host, row.name, hello.epoch, row.now);
    if (!epochs) return refused('cloned', 'a newer run of this agent, or a copy of it, reports for this host');
    await this.#note(manager, host, hello);
    const { desired, wantsState } = await this.states.compare(manager, host, Number(row.revision), hello);
    return {
      result: 'welcome',
      ...(desired ? { desired } : {}),
      cursor: epochs.cursor,
      openEpochs: epochs.open,
      heartbeatSeconds: this.config.heartbeatMs / 1000,
      serverTime: row.now.toISOString(),
      wantsState,
      wantsSnapshot: row.wants_snapshot && epochs.cursor > 0,
      introduces: this.config.rootDoor !== undefined,
    };
  }

  async #note(
    manager: Transaction,
    host: HostId,
    { epoch, agentVersion, inventory, revision, digest, freeIdentities, publicIdentities = [], prefixes }: Hello,
  ): Promise<void> {
    await runIn(manager)(
      `UPDATE host_status SET epoch = $2, agent_version = $3, inventory = $4, prefixes = COALESCE($5, prefixes), publish_at = now()
        WHERE host_id = $1`,
      [host, epoch, agentVersion, inventory, prefixes ? JSON.stringify(prefixes) : null],
    );
    await noteOffered(manager, host, freeIdentities);
    await notePublic(manager, host, publicIdentities);
    await this.deliveries.record(manager, [{ hostId: host, revision, digest }]);
  }
}
