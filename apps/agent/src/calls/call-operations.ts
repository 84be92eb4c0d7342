import {
  type Call,
  type CallReply,
  type LogsResult,
  type PlannedStep,
  type PlanResult,
  type RotationResult,
} from '@orrery/shared/contracts';
import { describeError } from '@orrery/shared/runtime';
import type { Credentials } from '../join/credentials.js';
import { readItems } from '../desired/desired-items.js';
import type { DesiredStore } from '../desired/desired-store.js';
import type { Journal } from '../journal/journal.js';
import type { Machine } from '../machine/machine.js';
import { denialsOf } from '../policy/denials.js';
import type { HeldPolicy, HostPolicy } from '../policy/host-policy.js';
import { judgeCall } from '../policy/judge.js';
import { planToTheEnd } from '../reconciler/plan-predict.js';
import type { Reconciler } from '../reconciler/reconciler.js';
import type { Step } from '../reconciler/step.js';

export interface CallOperationsParts {
  machine: Machine;
  reconciler: Reconciler;
  journal: Journal;
  desired: DesiredStore;
  policy: HostPolicy;
  credentials: Pick<Credentials, 'rotate'>;
}

const problem = (code: Extract<CallReply, { result: 'problem' }>['code'], cause: string): CallReply => ({
  result: 'problem',
  code,
  cause,
});

/** What a call may ask for, if this host's policy lets it: all of it only looks, but for the change of its key. */
export class CallOperations {
  constructor(private readonly parts: CallOperationsParts) {}

  async run(op: Call['op']): Promise<CallReply> {
    try {
      const held = await this.parts.policy.refresh();
      if (held.result === 'unreadable') return problem('rejected', `nothing is allowed on this host: ${held.cause}`);
      const refusal = judgeCall(op.op, held.policy);
      if (refusal) return problem('rejected', `${refusal.cause} (rule ${refusal.rule} in ${held.file})`);
      switch (op.op) {
        case 'logs':
          return await this.#logs(op);
        case 'doctor':
          return { result: 'ok', value: { findings: Object.values(this.parts.journal.memory.findings) } };
        case 'rotate-key':
          return { result: 'ok', value: { key: await this.parts.credentials.rotate() } satisfies RotationResult };
        case 'controller':
          return problem('unsupported', 'this agent does not know controllers yet');
        case 'plan':
          return this.#plan(op, held);
      }
    } catch (error) {
      return problem('failed', describeError(error));
    }
  }

  async #logs({ node, tail }: Extract<Call['op'], { op: 'logs' }>): Promise<CallReply> {
    const isOurs = this.parts.desired.items.items.some((item) => item.kind === 'container' && item.node === node);
    if (!isOurs) return problem('rejected', 'this node is none of a container that Orrery manages here');
    const result: LogsResult = { text: await this.parts.machine.logs(node, tail) };
    return { result: 'ok', value: result };
  }

  #plan({ items }: Extract<Call['op'], { op: 'plan' }>, held: HeldPolicy): CallReply {
    const look = this.parts.reconciler.lastLook;
    if (!look) return problem('failed', 'the agent has not looked at this host yet');
    const desired = readItems(items);
    const [unreadable] = desired.unreadable;
    if (unreadable) return problem('unsupported', `this agent does not understand an item: ${unreadable.cause}`);
    const { observed, facts } = look;
    const denials = denialsOf(desired.items, held, { observed, ...facts });
    const allowed = desired.items.filter(({ id }) => !denials.has(id));
    const denied = desired.items.flatMap((item): PlannedStep[] => {
      const denial = denials.get(item.id);
      return denial ? [{ step: 'policy-denied', target: targetOf(item, desired.items), detail: denial.cause }] : [];
    });
    const planned = planToTheEnd(allowed, observed, facts).map((step) => describe(step, desired.items));
    const steps = [...denied, ...planned];
    return { result: 'ok', value: { steps } satisfies PlanResult };
  }
}

type Named = { node: string; name?: string };

const describe = (step: Step, items: readonly Named[]): PlannedStep => ({
  step: step.step,
  target: targetOf(step, items),
  detail: detailOf(step),
});

const targetOf = ({ node }: { node: string }, items: readonly Named[]): string =>
  items.find((item) => item.node === node && item.name)?.name ?? 'the host’s own node';

function detailOf(step: Step): string {
  switch (step.step) {
    case 'pull-image':
    case 'mint-identity':
      return step.image;
    case 'create-container':
      return [step.blueprint.image, ...step.blueprint.memberships.map(({ network }) => network)].join(' ');
    case 'join-network':
    case 'configure-network':
    case 'repair-network':
    case 'leave-network':
      return step.network;
    default:
      return '';
  }
}
