import { Injectable } from '@nestjs/common';
import {
  DoctorResult,
  explain,
  meaningOf,
  type Code,
  type DoctorCheck,
  type DoctorReport,
  type HostId,
  type HostRef,
  type NodeRef,
  type ShownDoctorCheck,
} from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { z } from 'zod';
import { HostCalls } from '../bus/host-calls.service.js';
import { Store } from '../database/store.js';
import { visibilityNow } from '../database/visibility.js';
import { References } from '../references/references.service.js';
import { commandsFor } from '../remedies/remedies.js';
import { DoctorRepository, type NamedNetwork } from './doctor.repository.js';

/** Agents before the doctor repeated what they knew already. */
const Repeated = z.object({ findings: z.array(z.unknown()) });
const Answered = z.union([DoctorResult, Repeated]);

/** Asks the agents of hosts to look at their machines. Those who ask about one host at the same time get one look. */
@Injectable()
export class DoctorService {
  readonly #looks = new Map<HostId, Promise<DoctorResult>>();

  constructor(
    private readonly store: Store,
    private readonly references: References,
    private readonly calls: HostCalls,
    private readonly repository: DoctorRepository,
  ) {}

  async examine(reference: string): Promise<DoctorReport> {
    const { id, name, simulated } = await this.references.host(this.store, reference);
    const host = { id, name };
    const [seen, nodes] = await Promise.all([this.#look(host), this.repository.nodesOf(this.store, id)]);
    const visible = seen.checks.filter(isVisible);
    const networks = await this.repository.networks(
      this.store,
      visible.flatMap(({ network }) => network ?? []),
    );
    const checks = visible.map((check) => shown(check, { host, nodes, networks }));
    return { host, simulated, checkedAt: seen.checkedAt, tookMs: seen.tookMs, checks };
  }

  #look(host: HostRef): Promise<DoctorResult> {
    const running = this.#looks.get(host.id);
    if (running) return running;
    const look = this.#ask(host).finally(() => this.#looks.delete(host.id));
    this.#looks.set(host.id, look);
    return look;
  }

  async #ask(host: HostRef): Promise<DoctorResult> {
    const answer = await this.calls.call(host, { op: 'doctor' }, Answered);
    if ('checks' in answer) return answer;
    throw new AppError({ kind: 'operational', ...explain('call-failed/no-doctor', { host: host.name }) });
  }
}

/** A token for networks sees what is about these, or about no network. */
function isVisible({ network }: DoctorCheck): boolean {
  const networks = visibilityNow()?.networks;
  return network === null || !networks || networks.includes(network);
}

interface Names {
  host: HostRef;
  nodes: readonly NodeRef[];
  networks: readonly NamedNetwork[];
}

function shown({ node: id, ...check }: DoctorCheck, { host, nodes, networks }: Names): ShownDoctorCheck {
  const node = nodes.find((one) => one.id === id) ?? null;
  const known = check.result === 'found' ? meaningOf(check.code) : undefined;
  if (!known) return { ...check, node, commands: [] };
  const network = networks.find((one) => one.id === check.network);
  const about = {
    ...{ host: host.name, kind: node?.kind, container: node?.kind === 'container' && node.name.split('/')[1] },
    ...{ network: check.network, networkName: network?.name, isKept: network?.isKept },
  };
  const commands = commandsFor(check.code as Code, about, { facts: check.facts });
  return { ...check, node, ...(known.see && { see: known.see }), commands };
}
