import { Injectable } from '@nestjs/common';
import {
  durationSeconds,
  durationText,
  PlanResult,
  ProbeBegun,
  probeTargetText,
  type ApiFact,
  type PageQuery,
  type Probe,
  type ProbeId,
  type ProbePage,
  type ProbePost,
  explain,
} from '@orrery/shared/contracts';
import { AppError, describeError, newId } from '@orrery/shared/runtime';
import { HostCalls } from '../bus/host-calls.service.js';
import type { Answer } from '../changes/answer.js';
import type { Asked } from '../changes/asked.decorator.js';
import { Changes, type Changed } from '../changes/changes.service.js';
import type { Subject } from '../changes/planned-changes.js';
import type { Transaction } from '../database/sql.js';
import { Store } from '../database/store.js';
import { withVisibility } from '../database/visibility.js';
import { refuseForeignNetworks } from '../wanted/network-scope.js';
import { writeToOutbox } from '../events/outbox.js';
import { References, type FoundNode } from '../references/references.service.js';
import { ProbesRepository } from './probes.repository.js';
import { readProbe } from './read-probe.js';

/** The requester of a probe is on record before anything is sent; the host reports the result in its events. */
@Injectable()
export class ProbesService {
  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly changes: Changes,
    private readonly calls: HostCalls,
    private readonly repository: ProbesRepository,
  ) {}

  async start(asked: Asked, reference: string, { target, timeout }: ProbePost): Promise<Answer> {
    const timeoutSeconds = durationSeconds(timeout);
    const kept = await this.changes.replay(asked);
    if (kept) return kept;
    const node = await this.references.node(this.store, reference);
    // A node sends into all of its networks, visible or not, so a token for networks must cover all of them.
    refuseForeignNetworks(await withVisibility(undefined, () => this.repository.networksOf(this.store, node.id)));
    const { simulated } = await this.references.host(this.store, node.hostId);
    const host = { id: node.hostId, name: node.hostName };
    if (asked.dryRun) await this.calls.call(host, { op: 'plan', items: [] }, PlanResult);
    const [probe, text, { kind }] = [newId('prb'), probeTargetText(target), target];
    const work = async (transaction: Transaction): Promise<Changed> => {
      const data = { probe, node: node.id, kind, target: text, timeoutSeconds, by: asked.by };
      await writeToOutbox(transaction, { type: 'probe.started', data }, refsOf(node));
      const at = new Date().toISOString();
      const body = readProbe({ ...about(probe, node), simulated }, [{ type: 'probe.started', data, at }], Date.now());
      const headers = { location: `/v1/nodes/${node.id}/probes/${probe}` };
      const steps = [{ step: 'probe', target: node.name, detail: `${kind} ${text}` }];
      return { status: 202, headers, body: body as Probe, hosts: [{ ...host, steps }], about: [subject(node, data)] };
    };
    const finish = async () => {
      const op = { op: 'probe', probe, node: node.id, target, timeoutSeconds } as const;
      await this.calls.call(host, op, ProbeBegun).catch(async (error: unknown) => {
        const code = error instanceof AppError ? error.code : 'internal';
        const data = { probe, node: node.id, target: text, code, cause: describeError(error) };
        await this.#tell({ type: 'probe.refused', data }, node);
        throw error;
      });
    };
    return this.changes.run(asked, work, { finish });
  }

  async list(reference: string, query: PageQuery): Promise<ProbePage> {
    const node = await this.references.node(this.store, reference);
    const { simulated } = await this.references.host(this.store, node.hostId);
    const { items, next } = await this.repository.started(this.store, node.id, query);
    const told = await this.repository.events(
      this.store,
      node.id,
      items.map(({ probe }) => probe),
    );
    const read = ({ probe }: { probe: ProbeId }) => {
      const events = told.filter((event) => event.probe === probe);
      return readProbe({ ...about(probe, node), simulated }, events, Date.now()) ?? [];
    };
    return { items: items.flatMap(read), next };
  }

  async get(reference: string, id: ProbeId): Promise<Probe> {
    const node = await this.references.node(this.store, reference);
    const events = await this.repository.events(this.store, node.id, [id]);
    const { simulated } = await this.references.host(this.store, node.hostId);
    const probe = readProbe({ ...about(id, node), simulated }, events, Date.now());
    if (probe) return probe;
    throw new AppError({ kind: 'user', ...explain('unknown-probe/node', { node: node.name, id }) });
  }

  #tell(fact: ApiFact, node: FoundNode): Promise<void> {
    return this.store.transaction((transaction) => writeToOutbox(transaction, fact, refsOf(node)));
  }
}

const about = (id: ProbeId, { id: node, name, kind, hostId, hostName }: FoundNode) => ({
  id,
  node: { id: node, name, kind },
  host: { id: hostId, name: hostName },
});

const refsOf = ({ id, hostId, kind, name }: FoundNode) => ({
  hostId,
  nodeId: id,
  containerName: kind === 'container' ? name.slice(name.indexOf('/') + 1) : null,
});

/** For a dry run. */
const subject = (
  { name }: FoundNode,
  { kind, target, timeoutSeconds }: { kind: string; target: string; timeoutSeconds: number },
): Subject => ({
  ...{ noun: 'probe', name: `probe of ${name}`, action: 'create' },
  fields: Object.entries({ kind, target, timeout: durationText(timeoutSeconds) }).map(([field, becomes]) => ({
    field,
    is: null,
    becomes,
  })),
});
