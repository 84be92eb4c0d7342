import { Inject, Injectable } from '@nestjs/common';
import type { ApiFact, ControllerId, ControllerRecordChange, NetworkId, NodeAddress } from '@orrery/shared/contracts';
import { crashPoint, describeError, type AppError, type Logger } from '@orrery/shared/runtime';
import { ControllerDoors } from '../controllers/controller-doors.js';
import type { ControllerDoor } from '../controllers/doors/controller-door.js';
import type { Transaction } from '../database/sql.js';
import { Store } from '../database/store.js';
import { writeAllToOutbox } from '../events/outbox.js';
import { LOGGER } from '../logger.js';
import { isInPool } from '../networks/check-config.js';
import { Candidates, type CandidateRow, type KeptNetwork } from './candidates.repository.js';
import * as writes from './controller-records.js';
import { withAnnouncements } from '../routes/plan-announcements.js';
import { RouteKeeper } from '../routes/route-keeper.service.js';
import { NetworkTurns, type Turn, type Wish } from './network-turns.js';
import { planRecords, type PlannedChange } from './plan-records.js';

/**
 * Brings one network on its controller to its desired state: its config and its authorizations. Level-triggered: it
 * compares and does what is missing, so anyone may call it at any time, repeatedly. It records an event when the
 * controller's answer shows the change, so that there is only one.
 */
@Injectable()
export class NetworkReconciler {
  readonly #turns = new NetworkTurns();

  constructor(
    private readonly store: Store,
    private readonly candidates: Candidates,
    private readonly doors: ControllerDoors,
    private readonly routes: RouteKeeper,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Resolves when it is done, or known not to be possible now. Never rejects. */
  reconcile(network: NetworkId, wish: Wish): Promise<void> {
    return this.#turn(network, wish).done;
  }

  /**
   * Authorizes these addresses. Resolves as soon as the controller knows the decisions; the database is updated
   * afterwards.
   */
  letIn(network: NetworkId, addresses: readonly NodeAddress[]): Promise<void> {
    return this.#turn(network, { read: false, addresses }).told;
  }

  /**
   * Networks that were deleted here while their controller was unreachable are deleted there when it is back. Throws
   * the errors of the door.
   */
  async deleteRemoved(controller: ControllerId): Promise<void> {
    const removed = await this.store.query<{ id: NetworkId }[]>(
      'SELECT network_id AS id FROM network_deletions WHERE controller_id = $1 ORDER BY asked_at LIMIT 100',
      [controller],
    );
    if (removed.length === 0) return;
    const door = await this.doors.open(controller);
    for (const { id } of removed) {
      // A write under way would create it again, so take a turn of its own.
      await this.#turns.alone(id, () => door.deleteNetwork(id));
      await this.store.query('DELETE FROM network_deletions WHERE network_id = $1', [id]);
    }
  }

  #turn(network: NetworkId, asked: Wish): Turn {
    return this.#turns.join(network, asked, (wish, told) =>
      this.#reconcile(network, wish, told).catch((error: unknown) => this.#explain(network, error)),
    );
  }

  async #reconcile(id: NetworkId, { read, addresses }: Wish, told: () => void): Promise<void> {
    if (addresses === null) await this.#keepRoutes(id);
    const rowsOf = (which: Wish['addresses']) => this.candidates.candidates(this.store, id, which);
    // A launch waits for this, so the queries run in parallel.
    const [network, known] = await Promise.all([
      this.candidates.network(this.store, id),
      read ? [] : rowsOf(addresses),
    ]);
    if (!network) return;
    const door = await this.doors.open(network.controllerId);
    if (!network.isApplied) await this.#putNetwork(door, network);
    const reads = read || !network.isRead;
    if (reads) await this.#read(door, network);
    const rows = reads ? await rowsOf(null) : known;
    const { changes, forget, requests } = planRecords(network.admission, rows, network.now);
    if (changes.length > 0) await this.#put({ door, network: id, told }, changes, rows);
    if (forget.length > 0) await this.#forget(door, id, forget);
    if (requests.length > 0) await this.store.transaction((tx) => this.#noteRequests(tx, id, requests));
  }

  /** Nobody waits in vain for an admission because a route cannot be switched. */
  async #keepRoutes(id: NetworkId): Promise<void> {
    await this.routes.keep(id).catch((error: unknown) => {
      const line = { event: 'routes.not-kept', network: id, cause: describeError(error) };
      this.logger.warn(line, 'cannot check which routers carry the routes of a network; retrying');
    });
  }

  async #putNetwork(door: ControllerDoor, { id, name, config, plan }: KeptNetwork): Promise<void> {
    await door.putNetwork(id, name, withAnnouncements(config, plan.announcements));
    await this.store.transaction((tx) => writes.noteApplied(tx, id, name, config, plan));
  }

  /**
   * A controller that has lost the network, for example because its container was recreated, gets it back with all its
   * nodes.
   */
  async #read(door: ControllerDoor, network: KeptNetwork): Promise<void> {
    const { id } = network;
    const isThere = (await door.network(id)) !== undefined;
    if (!isThere) {
      this.logger.warn({ event: 'network.lost', network: id }, 'a controller has lost a network; restoring it');
      await this.store.transaction((tx) => writes.noteCause(tx, id, 'its controller had lost it', true));
      const known = (await this.candidates.candidates(this.store, id, null)).flatMap(
        (row) => recordAgain(network, row) ?? [],
      );
      await this.#putNetwork(door, network);
      if (known.length > 0) await door.putRecords(id, known);
    }
    const records = await door.records(id);
    await this.store.transaction(async (tx) => {
      await writes.noteCause(tx, id, null);
      const moves = await writes.replaceRecords(tx, id, records);
      if (moves.length === 0) return;
      const moved = moves.map(({ address }) => address);
      await this.#tellMoves(tx, id, moves, await this.candidates.candidates(tx, id, moved));
    });
  }

  /** Records the intents first, so that it is known who made each change even if something fails on the way. */
  async #put({ door, network, told }: Way, changes: PlannedChange[], rows: CandidateRow[]): Promise<void> {
    const intents = changes.map(({ moves, decision, change: { address, addresses } }) => ({
      ...{ address, addresses },
      ...(moves && decision ? { by: decision.by, why: decision.why } : {}),
    }));
    await writes.noteIntents(this.store, network, intents);
    crashPoint('admission.before');
    const records = await door.putRecords(
      network,
      changes.map(({ change }) => change),
    );
    crashPoint('admission.after');
    told();
    await this.store.transaction(async (tx) =>
      this.#tellMoves(tx, network, await writes.putRecords(tx, network, records), rows),
    );
  }

  async #tellMoves(tx: Transaction, network: NetworkId, moves: writes.Move[], rows: CandidateRow[]): Promise<void> {
    if (moves.length === 0) return;
    const known = new Map(rows.map((row) => [row.address, row]));
    const stages = moves.flatMap(({ address, authorized, by }) => {
      const item = known.get(address)?.item;
      return authorized && by && item ? [{ item, detail: `${address} (${by})` }] : [];
    });
    await writes.noteStages(tx, stages);
    await writeAllToOutbox(
      tx,
      moves.map(({ address, authorized, by, why }) => {
        const row = known.get(address) ?? { address, node: null, host: null };
        const said = { by: by ?? 'controller', cause: why ?? 'it was changed on the controller, not by Orrery' };
        const type = authorized ? 'admission.authorized' : 'admission.deauthorized';
        return about(network, row, { type, data: { ...whom(network, row), ...said } });
      }),
    );
  }

  async #forget(door: ControllerDoor, network: NetworkId, rows: readonly CandidateRow[]): Promise<void> {
    const addresses = rows.map(({ address }) => address);
    await door.deleteRecords(network, addresses);
    await this.store.transaction(async (tx) => {
      await writes.noteForgotten(tx, network, addresses);
      const facts = rows.map((row) =>
        about(network, row, {
          type: 'admission.forgotten',
          data: { ...whom(network, row), by: row.said?.by ?? '', cause: 'its record was to be dropped' },
        }),
      );
      await writeAllToOutbox(tx, facts);
    });
  }

  async #noteRequests(tx: Transaction, network: NetworkId, rows: readonly CandidateRow[]): Promise<void> {
    await writes.noteRequested(
      tx,
      network,
      rows.map(({ address }) => address),
    );
    await writeAllToOutbox(
      tx,
      rows.map((row) => about(network, row, { type: 'admission.requested', data: whom(network, row) })),
    );
  }

  async #explain(network: NetworkId, error: unknown): Promise<void> {
    const { code } = error as Partial<AppError>;
    const cause = describeError(error);
    const level = (error as Partial<AppError>).kind === 'operational' ? 'debug' : 'warn';
    this.logger[level]({ event: 'network.not-settled', network, code, cause }, 'a network is not as desired; retrying');
    await this.store
      .transaction((tx) => writes.noteCause(tx, network, cause))
      .catch((late: unknown) => this.logger.debug({ event: 'network.cause-not-kept', cause: describeError(late) }));
  }
}

/** The way to a network's controller, and a callback for when the controller has the changes. */
interface Way {
  door: ControllerDoor;
  network: NetworkId;
  told: () => void;
}

type Whom = Pick<CandidateRow, 'address' | 'node' | 'host'>;

const whom = (network: NetworkId, { address, node }: Whom) => ({ network, address, node });

const about = (networkId: NetworkId, { node, host }: Whom, fact: ApiFact) => ({
  ...{ fact, networkId, nodeId: node, hostId: host },
});

/**
 * The controller's data about a node. An address that the controller assigned since the last reading is on the node's
 * interface.
 */
function recordAgain({ config }: KeptNetwork, { record, seen }: CandidateRow): ControllerRecordChange | undefined {
  if (!record) return undefined;
  const { address, authorized, name, bridge, noAutoAssign } = record;
  const given = seen.filter((one) => config.pools.some((pool) => isInPool(pool, one)));
  const addresses = record.addresses.length > 0 ? record.addresses : given;
  return { address, authorized, name, addresses, bridge, noAutoAssign };
}
