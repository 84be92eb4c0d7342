import { Injectable } from '@nestjs/common';
import { explain, type ControllerId, type ControllerState, type NodeAddress } from '@orrery/shared/contracts';
import { AppError, describeError } from '@orrery/shared/runtime';
import { runIn } from '../database/statements.js';
import { withVisibility } from '../database/visibility.js';
import { Store } from '../database/store.js';
import { writeToOutbox } from '../events/outbox.js';
import { ControllerDoors } from './controller-doors.js';
import { ControllersRepository } from './controllers.repository.js';

/**
 * Changes made on the controller itself must be visible here within five seconds. Central allows only a few requests.
 */
const READ_EVERY_SECONDS = { selfHosted: 2, central: 4 };

interface Checked {
  state: ControllerState;
  address: NodeAddress | null;
  zerotierVersion: string | null;
  cause: string | null;
  fix: string | null;
}

/** Checks the state of each controller. */
@Injectable()
export class ControllerChecks {
  constructor(
    private readonly store: Store,
    private readonly repository: ControllersRepository,
    private readonly doors: ControllerDoors,
  ) {}

  async areAny(): Promise<boolean> {
    const [row] = await this.store.query<{ some: boolean }[]>('SELECT EXISTS (SELECT FROM controllers) AS some');
    return row?.some !== false;
  }

  /** Controllers that are due to be read. Other replicas will not read them now. */
  async claimDue(): Promise<ControllerId[]> {
    const rows = await this.store.transaction((tx) =>
      runIn(tx)<{ id: ControllerId }>(
        `UPDATE controller_status SET checked_at = clock_timestamp()
          WHERE controller_id IN (SELECT s.controller_id FROM controller_status s JOIN controllers c ON c.id = s.controller_id
            WHERE s.checked_at IS NULL OR s.checked_at < clock_timestamp() - interval '1 s' *
              CASE c.kind WHEN 'central' THEN ${READ_EVERY_SECONDS.central} ELSE ${READ_EVERY_SECONDS.selfHosted} END
            FOR UPDATE OF s SKIP LOCKED)
         RETURNING controller_id AS id`,
      ),
    );
    return rows.map(({ id }) => id);
  }

  /**
   * Probes the controller, stores its state, and records an event when that has changed. Returns false if it cannot be
   * used now.
   */
  check(id: ControllerId): Promise<boolean> {
    // The state is the same for everyone, whatever the scope of the request.
    return withVisibility(undefined, () => this.#check(id));
  }

  async #check(id: ControllerId): Promise<boolean> {
    const place = await this.repository.place(this.store, id);
    if (!place) return false;
    const checked = await this.#ask(id, place);
    const { state, address, zerotierVersion, cause, fix } = checked;
    await this.store.transaction(async (tx) => {
      await runIn(tx)(
        `UPDATE controller_status SET state = $2, address = COALESCE($3, address), zerotier_version = COALESCE($4, zerotier_version),
           cause = $5, fix = $6, checked_at = clock_timestamp() WHERE controller_id = $1`,
        [id, state, address, zerotierVersion, cause, fix],
      );
      const was = place.state === 'up';
      if (was === (state === 'up')) return;
      const type = state === 'up' ? 'controller.up' : 'controller.away';
      await writeToOutbox(tx, { type, data: { controller: id, name: place.name, cause: cause ?? 'it answers' } });
    });
    return state === 'up';
  }

  async #ask(
    id: ControllerId,
    place: { address: NodeAddress | null; networks: number; name: string },
  ): Promise<Checked> {
    const nothing = { address: null, zerotierVersion: null, cause: null, fix: null };
    try {
      const { address, zerotierVersion } = await (await this.doors.toProbe(id)).probe();
      const hasMoved = place.address !== null && address !== null && address !== place.address && place.networks > 0;
      if (!hasMoved) return { ...nothing, state: 'up', address, zerotierVersion };
      const { cause, fix } = explain('controller-moved/address', { address, before: String(place.address) });
      return { ...nothing, state: 'moved', cause, fix };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const state = error.code === 'controller-absent' ? 'absent' : 'away';
      return { ...nothing, state, cause: describeError(error), fix: error.fix ?? null };
    }
  }
}
