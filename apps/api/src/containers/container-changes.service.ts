import { Injectable } from '@nestjs/common';
import { explain, Name, type CommandId, type ContainerSpec } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import type { Transaction } from '../database/sql.js';
import { beyondScope } from '../database/transaction.js';
import { forgetRecords } from '../admission/verdicts.js';
import { checkIfMatch } from '../http/etag.js';
import { reserveIdentity } from '../identities/identities.js';
import { References, type FoundHost } from '../references/references.service.js';
import {
  containerDraft,
  membershipDraft,
  newContainer,
  newMembership,
  replaceMemberships,
  withIntent,
  type ResolvedSpec,
} from '../wanted/drafts.js';
import { specDifferences, type Difference } from '../wanted/spec-differences.js';
import { Wanted, type Origin, type WantedContainer, type WantedMembership } from '../wanted/wanted.service.js';

type On = Pick<FoundHost, 'id' | 'name'>;

/**
 * The rules of launch, replace, restart and remove, each within a transaction that holds the host's lock. Every one touches all
 * items of the container, so that its command ends when all of it is as wanted.
 */
@Injectable()
export class ContainerChanges {
  constructor(
    private readonly references: References,
    private readonly wanted: Wanted,
  ) {}

  /** Equal launch again: a new command on the same container. Another spec under the same name: refused. */
  async launch(tx: Transaction, host: On, name: string, asked: ContainerSpec, origin: Origin): Promise<CommandId> {
    const spec = await this.#resolve(tx, asked);
    const container = await this.wanted.container(tx, host.id, name);
    if (!container) await this.#refuseHidden(tx, host, name);
    if (!container) return this.#add(tx, host, newContainer(host.id, name, spec), spec, origin);
    const memberships = await this.wanted.memberships(tx, container.nodeId);
    // Being removed: launched again it keeps its node, and so its identity where the host still has it.
    if (container.intent === 'absent')
      return this.#replace(tx, host, { container, memberships, spec }, 'launch', origin);
    const differences = specDifferences(container, withIntent(memberships, 'present'), spec);
    if (differences.length > 0) throw containerDiffers(`${host.name}/${name}`, differences);
    const change = { action: 'launch' as const, incarnation: container.incarnation };
    return this.#touch(tx, host, { container, memberships }, change, origin);
  }

  /** A whole new spec; the node stays, and with it the identity. One that is not there is launched. */
  async replace(
    tx: Transaction,
    host: On,
    name: string,
    asked: ContainerSpec,
    origin: Origin & { ifMatch: string | undefined },
  ) {
    const isNew = Name.safeParse(name).success && !(await this.wanted.container(tx, host.id, name));
    const container = isNew ? undefined : await this.#present(tx, host, name);
    checkIfMatch(origin.ifMatch, container?.version, `container ${host.name}/${name}`);
    if (!container) return this.launch(tx, host, name, asked, origin);
    const spec = await this.#resolve(tx, asked);
    const memberships = await this.wanted.memberships(tx, container.nodeId);
    return this.#replace(tx, host, { container, memberships, spec }, 'replace', origin);
  }

  async restart(
    tx: Transaction,
    host: On,
    name: string,
    origin: Origin & { ifMatch?: string | undefined },
  ): Promise<CommandId> {
    const container = await this.#present(tx, host, name);
    checkIfMatch(origin.ifMatch, container.version, `container ${host.name}/${name}`);
    const memberships = await this.wanted.memberships(tx, container.nodeId);
    const change = { action: 'restart' as const, incarnation: container.incarnation + 1 };
    return this.#touch(tx, host, { container, memberships }, change, origin);
  }

  /** Removing what is being removed: a new command on the same end. */
  async remove(
    tx: Transaction,
    host: On,
    name: string,
    origin: Origin & { ifMatch?: string | undefined; forget?: boolean },
  ) {
    const container = await this.#known(tx, host, name);
    checkIfMatch(origin.ifMatch, container.version, `container ${host.name}/${name}`);
    if (origin.forget) await forgetRecords(tx, container.nodeId, origin.by);
    const memberships = await this.wanted.memberships(tx, container.nodeId);
    return this.wanted.change(
      tx,
      host.id,
      {
        ...about('remove', host, container, memberships),
        items: [
          containerDraft(container, { intent: 'absent' }),
          ...memberships.map((membership) => membershipDraft(membership, 'container', { intent: 'absent' })),
        ],
        containerChanged: true,
      },
      origin,
    );
  }

  async #add(tx: Transaction, host: On, made: WantedContainer, spec: ResolvedSpec, origin: Origin) {
    const container = { ...made, identity: (await reserveIdentity(tx, host.id, made.nodeId)) ?? null };
    const added = spec.networks.map((network) => newMembership(container.nodeId, network, spec.settings));
    return this.wanted.change(
      tx,
      host.id,
      {
        ...about('launch', host, container, added),
        items: [containerDraft(container), ...added.map((membership) => membershipDraft(membership, 'container'))],
        addedContainer: container,
        addedMemberships: added,
      },
      origin,
    );
  }

  async #replace(
    tx: Transaction,
    host: On,
    {
      container,
      memberships,
      spec,
    }: { container: WantedContainer; memberships: WantedMembership[]; spec: ResolvedSpec },
    action: 'launch' | 'replace',
    origin: Origin,
  ): Promise<CommandId> {
    const { drafts, added } = replaceMemberships(container.nodeId, memberships, spec);
    return this.wanted.change(
      tx,
      host.id,
      {
        ...about(action, host, container, []),
        networks: spec.networks,
        items: [containerDraft(container, { intent: 'present', image: spec.image, limits: spec.limits }), ...drafts],
        addedMemberships: added,
        changedMemberships: memberships.map(({ networkId }) => networkId),
        containerChanged: true,
      },
      origin,
    );
  }

  async #touch(
    tx: Transaction,
    host: On,
    { container, memberships }: { container: WantedContainer; memberships: WantedMembership[] },
    { action, incarnation }: { action: 'launch' | 'restart'; incarnation: number },
    origin: Origin,
  ): Promise<CommandId> {
    const present = withIntent(memberships, 'present');
    return this.wanted.change(
      tx,
      host.id,
      {
        ...about(action, host, container, present),
        items: [
          containerDraft(container, { incarnation }),
          ...present.map((membership) => membershipDraft(membership, 'container')),
        ],
      },
      origin,
    );
  }

  /** A token for networks does not see the other containers of a host; their names are taken all the same. */
  async #refuseHidden(tx: Transaction, host: On, name: string): Promise<void> {
    const hidden = await beyondScope(tx, () => this.wanted.container(tx, host.id, name));
    if (!hidden) return;
    throw new AppError({ kind: 'user', ...explain('container-differs/hidden', { name, host: host.name }) });
  }

  async #known(tx: Transaction, host: On, name: string): Promise<WantedContainer> {
    const found = await this.references.container(tx, `${host.name}/${name}`);
    return (await this.wanted.container(tx, host.id, found.name)) as WantedContainer;
  }

  async #present(tx: Transaction, host: On, name: string): Promise<WantedContainer> {
    const container = await this.#known(tx, host, name);
    if (container.intent === 'present') return container;
    throw new AppError({ kind: 'user', ...explain('being-removed/container', { container: `${host.name}/${name}` }) });
  }

  async #resolve(tx: Transaction, asked: ContainerSpec): Promise<ResolvedSpec> {
    const { image, limits, settings } = asked;
    const ids = new Set<string>();
    for (const network of asked.networks) ids.add(await this.references.network(tx, network));
    return { image, limits, settings, networks: [...ids].sort() };
  }
}

const about = (
  action: 'launch' | 'replace' | 'restart' | 'remove',
  host: On,
  container: WantedContainer,
  memberships: WantedMembership[],
) => ({
  action,
  target: `${container.name} on ${host.name}`,
  container: container.id,
  node: container.nodeId,
  networks: memberships.map(({ networkId }) => networkId),
});

function containerDiffers(name: string, differences: Difference[]): AppError {
  return new AppError({
    kind: 'user',
    ...explain('container-differs/fields', {
      container: name,
      fields: differences.map(({ field }) => field).join(', '),
    }),
    details: { differences },
  });
}
