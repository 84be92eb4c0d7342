import type { AttachmentItem, Item, MembershipItem, NetworkId, Outcome } from '@orrery/shared/contracts';
import { newId } from '@orrery/shared/runtime';
import type Docker from 'dockerode';
import { assess } from '../../../apps/agent/src/pure/assess/assess.js';
import { denialsOf } from '../../../apps/agent/src/pure/policy/denials.js';
import { type HeldPolicy, Policy } from '../../../apps/agent/src/pure/policy/policy.js';
import { plan } from '../../../apps/agent/src/pure/plan/plan.js';
import { eventually } from '../../support/eventually.js';
import type { LabEngine } from '../../support/zerotier/lab-engine.js';
import { MachineLab } from './machine-lab.js';

const SETTINGS = { allowManaged: true, allowGlobal: false, allowDefault: false, allowDNS: false };
const LIMITS = { memoryMb: 256, pids: 128 };

/** Containers of somebody else on a real machine, and what is decided about attaching them. */
export class AttachLab {
  readonly #made: Docker.Container[] = [];

  private constructor(
    readonly lab: MachineLab,
    readonly network: NetworkId,
    private readonly image: string,
    private readonly isAlone = false,
  ) {}

  static async open(engine: LabEngine, pool: string): Promise<AttachLab> {
    const lab = await MachineLab.open(engine);
    return new AttachLab(lab, await lab.network(pool), engine.image);
  }

  /** Without a controller: its network has a device, but never an address. */
  static async alone(engine: LabEngine, network: NetworkId): Promise<AttachLab> {
    return new AttachLab(await MachineLab.open(engine, { alone: true }), network, engine.image, true);
  }

  async close(): Promise<void> {
    await Promise.all(this.#made.map((one) => one.remove({ force: true, v: true }).catch(() => undefined)));
    await this.lab.close();
  }

  /** The name of a workload in the engine, which others use too. */
  name(word: string): string {
    return `${this.lab.world.network.slice(-8)}-${word}`;
  }

  /** A container of somebody else, with the name and labels that Docker Compose would give it. */
  async workload(
    word: string,
    host: object = {},
    labels: Record<string, string> = {},
    command: object = { Entrypoint: ['sleep'], Cmd: ['1000'] },
  ): Promise<Docker.Container> {
    const container = await this.lab.world.docker.createContainer({
      name: this.name(word),
      Image: this.image,
      ...command,
      Labels: labels,
      HostConfig: { NetworkMode: this.lab.world.network, Init: true, ...host },
    });
    this.#made.push(container);
    await container.start();
    return container;
  }

  compose(service: string): Record<string, string> {
    return {
      'com.docker.compose.project': this.lab.world.network,
      'com.docker.compose.service': service,
      'com.docker.compose.container-number': '1',
      'com.docker.compose.oneoff': 'False',
    };
  }

  reference(service: string): string {
    return `${this.lab.world.network}/${service}/1`;
  }

  /** Its item and that of its membership. */
  attach(word: string, to: string): [AttachmentItem, MembershipItem] {
    const base = { node: newId('nod'), revision: 1, intent: 'present' as const };
    const about = { ...base, id: newId('itm'), name: this.name(word) };
    const item: AttachmentItem = {
      ...{ ...about, kind: 'attachment', workload: to, image: null, limits: LIMITS, incarnation: 0 },
    };
    this.lab.scope.containers.push({ item: item.id, node: item.node, name: item.name, workload: to });
    const { network } = this;
    return [
      item,
      { ...base, id: newId('itm'), kind: 'membership', nodeKind: 'container', network, settings: SETTINGS },
    ];
  }

  /** What would be done under these rules of the host's policy; without rules everything is allowed. */
  async steps(items: Item[], rules: object = { workloads: 'all' }) {
    const observed = await this.lab.look();
    const facts = await this.lab.machine.facts(this.lab.scope);
    const denials = denialsOf(items, held(rules), { observed, ...facts });
    const allowed = items.filter(({ id }) => !denials.has(id));
    return plan(allowed, observed, facts);
  }

  async settle(items: Item[], rules?: object): Promise<string[]> {
    const taken: string[] = [];
    await eventually(
      async () => {
        const next = await this.steps(items, rules);
        for (const step of next) {
          taken.push(step.step);
          await this.lab.do(step);
          if (step.step === 'mint-identity' && !this.isAlone) await this.lab.authorize(this.network, step.node);
        }
        return next.length === 0;
      },
      { within: 30_000, every: 100, what: 'an empty plan' },
    );
    return taken;
  }

  async outcome(
    item: Item,
    items: Item[],
    rules: object = { workloads: 'all' },
    machine = this.lab.machine,
  ): Promise<Outcome | undefined> {
    const facts = await machine.facts(this.lab.scope);
    const observed = await this.lab.look(machine);
    const denials = denialsOf(items, held(rules), { observed, ...facts });
    const context = { items, observed, facts, lastError: () => undefined, isChanging: () => false, denials };
    return assess(item, context)?.outcome;
  }

  /** Runs a program in a workload, as its owner would. */
  async inside(container: Docker.Container, ...command: string[]): Promise<string> {
    const exec = await container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
    const stream = await exec.start({ hijack: true, stdin: false });
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  }
}

const held = (rules: object): HeldPolicy => ({
  ...{ result: 'held', file: 'policy.yaml', isWritten: true, lines: new Map() },
  policy: Policy.parse(rules),
});
