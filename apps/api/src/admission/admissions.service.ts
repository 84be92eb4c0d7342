import { Injectable } from '@nestjs/common';
import {
  NodeAddress,
  type Admission,
  type AdmissionBulk,
  type AdmissionPage,
  type AdmissionPut,
  type AdmissionQuery,
  type NetworkId,
  explain,
} from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { Answer } from '../changes/answer.js';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes, type Changed, type Made } from '../changes/changes.service.js';
import type { Subject } from '../changes/planned-changes.js';
import type { Sql, Transaction } from '../database/sql.js';
import { visibilityNow } from '../database/visibility.js';
import { Store } from '../database/store.js';
import { beyondScope } from '../database/transaction.js';
import { refuseBeyondHosts, refuseForeignNetworks } from '../wanted/network-scope.js';
import { checkIfMatch, etag } from '../http/etag.js';
import { badRequest } from '../http/schema.pipe.js';
import { contains } from '../networks/check-config.js';
import { References } from '../references/references.service.js';
import { AdmissionGate } from './admission-gate.js';
import { AdmissionsRepository, type AdmissionRow } from './admissions.repository.js';
import { decide } from './decide.js';
import { forgetRecord, putVerdicts, type Named } from './verdicts.js';

/** The nodes that a change is about. */
interface At {
  network: NetworkId;
  addresses: NodeAddress[];
}

/** Shows the nodes that are in the networks Orrery keeps or that ask to be, and records people's verdicts on them. */
@Injectable()
export class Admissions {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly changes: Changes,
    private readonly repository: AdmissionsRepository,
    private readonly gate: AdmissionGate,
  ) {}

  async list(query: AdmissionQuery): Promise<AdmissionPage> {
    const network = query.network === undefined ? undefined : await this.references.network(this.store, query.network);
    const { items, next } = await this.repository.list(this.store, query, network);
    const views = items.map(toAdmission);
    return {
      items: views.filter(({ pending, stale }) => (!query.pending || pending) && (!query.stale || stale)),
      next,
    };
  }

  async get(networkReference: string, reference: string): Promise<Admission> {
    const network = await this.references.network(this.store, networkReference);
    const address = addressIn(reference);
    const node = address ? undefined : await this.references.node(this.store, reference);
    const [row] = node
      ? await this.repository.ofNode(this.store, network, node.id)
      : await this.repository.of(this.store, network, address ? [address] : []);
    if (row) return toAdmission(row);
    throw new AppError({
      kind: 'user',
      ...explain('unknown-membership/admission', { node: node?.name ?? reference, network }),
    });
  }

  /** Records a person's verdict on one node. */
  put(asked: Asked, networkReference: string, node: string, put: AdmissionPut): Promise<Answer> {
    return this.#change(asked, networkReference, async (tx, network) => {
      const named = await this.#named(tx, network, node);
      await this.#checkIfMatch(tx, asked, network, named);
      // A bridge forwards traffic of machines that no scope covers.
      if (put.bridge) refuseBeyondHosts();
      if (put.addresses) await this.#checkAddresses(tx, network, named.address, put.addresses);
      await putVerdicts(tx, network, [named], { ...put, by: asked.by });
      return [named.address];
    });
  }

  /** Deletes the node's record on the controller: at once, or when the node has left the network. */
  forget(asked: Asked, networkReference: string, node: string): Promise<Answer> {
    return this.#change(asked, networkReference, async (tx, network) => {
      const named = await this.#named(tx, network, node);
      await this.#checkIfMatch(tx, asked, network, named);
      await forgetRecord(tx, network, named, asked.by);
      return [named.address];
    });
  }

  bulk(asked: Asked, networkReference: string, bulk: AdmissionBulk): Promise<Answer> {
    const { selector, pending, verdict, for: howLong } = bulk;
    const work = async (tx: Transaction, network: NetworkId) => {
      const wanted = selector === undefined ? [] : await this.repository.wanted(tx, network, selector);
      const waiting = pending ? await this.#waiting(tx, network) : [];
      const named = new Map([...waiting, ...wanted].map((one) => [one.address, one]));
      if (named.size > 0) await putVerdicts(tx, network, [...named.values()], { verdict, for: howLong, by: asked.by });
      return [...named.keys()];
    };
    return this.#change(asked, networkReference, work, true);
  }

  /** All pending nodes except contested addresses, which a person must check and authorize by name. */
  async #waiting(tx: Transaction, network: NetworkId): Promise<Named[]> {
    const { items } = await this.repository.list(tx, { limit: 500, pending: true, stale: false }, network);
    const sees = (one: Admission) => one.node !== null || !visibilityNow()?.hosts;
    return items
      .filter(({ isContested }) => !isContested)
      .map(toAdmission)
      .flatMap((one) =>
        one.pending && one.address && sees(one) ? [{ address: one.address, node: one.node?.id ?? null }] : [],
      );
  }

  #change(
    asked: Asked,
    reference: string,
    work: (tx: Transaction, network: NetworkId) => Promise<NodeAddress[]>,
    many = false,
  ): Promise<Answer> {
    let at: At | undefined;
    const run = async (tx: Transaction): Promise<Changed> => {
      const network = await this.references.network(tx, reference);
      refuseForeignNetworks([network]);
      if (!(await beyondScope(tx, () => this.repository.config(tx, network)))) throw notKept(network);
      at = { network, addresses: await work(tx, network) };
      const made = await this.#view(tx, at, many);
      return { status: 200, ...made, hosts: [], about: asked.dryRun ? await this.#about(tx, at) : [] };
    };
    const settle = async (made: Made) => {
      if (!at) return made;
      await this.gate.settleNetwork(at.network, at.addresses);
      return this.#view(this.store, at, many);
    };
    return this.changes.run(asked, run, { settle });
  }

  async #checkIfMatch(tx: Transaction, { ifMatch }: Asked, network: NetworkId, { address }: Named): Promise<void> {
    await this.repository.hold(tx, network, address);
    if (ifMatch === undefined) return;
    const [row] = await this.repository.of(tx, network, [address]);
    checkIfMatch(ifMatch, row?.version, `the admission of ${address} to ${network}`);
  }

  /** The verdicts on these nodes and the resulting decisions, for a dry run. */
  async #about(tx: Transaction, { network, addresses }: At): Promise<Subject[]> {
    const rows = new Map((await this.repository.of(tx, network, addresses)).map((row) => [row.address, row]));
    const read = async (sql: Sql, address: NodeAddress) => {
      const [row] = await this.repository.of(sql, network, [address]);
      const said = await this.repository.said(sql, network, address);
      return row && { ...said, authorize: toAdmission(row).decision?.authorize };
    };
    return addresses.map((address) => {
      const row = rows.get(address);
      const name = `${row?.node?.name ?? address} in ${row?.network.name ?? network}`;
      return { noun: 'admission', name, read: (sql) => read(sql, address) };
    });
  }

  async #view(sql: Sql, { network, addresses }: At, many: boolean): Promise<Made> {
    const rows = (await this.repository.of(sql, network, addresses)).map(toAdmission);
    if (many) return { headers: {}, body: { items: rows } };
    const admission = rows[0] ?? gone(network, addresses[0] ?? null);
    return { headers: { etag: etag(admission.version) }, body: admission };
  }

  /**
   * An address refers to itself, so that unknown nodes can be named; any other reference is one of our nodes, if its
   * address is certainly its own. A token for some hosts decides about their nodes only.
   */
  async #named(sql: Sql, network: NetworkId, reference: string): Promise<Named> {
    const address = addressIn(reference);
    if (address) return { address, node: null };
    const node = await this.references.node(sql, reference);
    const known = await this.repository.addressOf(sql, network, node.id);
    const { shown = null, standing = null } = known ?? {};
    if (shown && (standing === 'taken' || standing === 'contested'))
      throw addressClaimed(node.name, shown, 'another node has or shows it, too');
    if (known?.address && known.isSpokenFor)
      throw addressClaimed(node.name, known.address, 'a person or the controller named the address itself');
    if (known?.address) return { address: known.address, node: node.id };
    throw new AppError({ kind: 'user', ...explain('unknown-node/no-address', { node: node.name }) });
  }

  async #checkAddresses(tx: Transaction, network: NetworkId, node: NodeAddress, addresses: string[]): Promise<void> {
    const { routes } = (await this.repository.config(tx, network)) ?? { routes: [] };
    // An address of a node that the token does not see is taken all the same.
    const holders = await beyondScope(tx, () => this.repository.holders(tx, network, addresses, node));
    const taken = new Map(holders.map(({ address, has }) => [has, address]));
    const issues = addresses.flatMap((address, index) => {
      const path = ['addresses', index];
      if (!routes.some(({ target }) => contains(target, address)))
        return [{ path, message: `no route of the network leads to ${address}: it would not be put on the interface` }];
      const holder = taken.get(address);
      return holder ? [{ path, message: visibilityNow() ? `${address} is taken` : `${address} is ${holder}'s` }] : [];
    });
    if (issues.length > 0) throw badRequest(issues);
  }
}

/**
 * The reference as an address, if the token allows any address: a token for some hosts must name one of their nodes.
 */
function addressIn(reference: string): NodeAddress | undefined {
  return visibilityNow()?.hosts ? undefined : NodeAddress.safeParse(reference.toLowerCase()).data;
}

/** The row with the decision computed from it. */
export function toAdmission(admission: AdmissionRow): Admission {
  const { policy, since, labels, admittedBy, wasSentAway, isContested, now, ...row } = admission;
  const { verdict, controller } = row;
  const said = verdict && {
    verdict: verdict.verdict,
    by: verdict.by,
    until: verdict.until === null ? null : Date.parse(verdict.until),
  };
  const wanted = since === null ? null : { since, labels: labels ?? {} };
  const record = controller && { authorized: controller.authorized, admittedBy };
  const decision = decide(policy, { wanted, said, record, isContested }, now);
  const isOut = controller !== null && !controller.authorized && verdict === null;
  return {
    ...row,
    decision: decision && { authorize: decision.authorize, why: decision.why },
    pending: isOut && controller.hasAsked && decision === null && !wasSentAway,
    stale: isOut && wanted === null && (wasSentAway || !controller.hasAsked),
  };
}

/** A node of which nothing is left. */
const gone = (id: NetworkId, address: NodeAddress | null): Admission => ({
  network: { id, name: null },
  ...{ address, node: null, host: null, verdict: null, record: null, decision: null, controller: null, observed: null },
  ...{ pending: false, stale: false, version: 0 },
});

const addressClaimed = (name: string, address: NodeAddress, why: string) =>
  new AppError({ kind: 'user', ...explain('address-claimed/admission', { node: name, address, why }) });

const notKept = (id: NetworkId) =>
  new AppError({ kind: 'user', ...explain('network-not-kept/admission', { network: id }) });
