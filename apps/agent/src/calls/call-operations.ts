import {
  DoctorResult,
  fitLengths,
  MAX_LOG,
  PlanResult,
  type AttachmentItem,
  type Call,
  type CallReply,
  type ControllerResult,
  type Item,
  type LogsResult,
  type NodeId,
  type NodeKind,
  type ObservedState,
  type PlannedStep,
  type ProbeBegun,
  type RotationResult,
  type RouterWay,
  isOfContainer,
} from '@orrery/shared/contracts';
import { describeError } from '@orrery/shared/runtime';
import { type Machine, type Step, ForeignNetwork, type ControllerApi } from '@orrery/shared/machine';
import { timeoutSignal } from '@orrery/shared/timeouts';
import type { Credentials } from '../join/credentials.js';
import { readItems } from '../desired/desired-items.js';
import type { DesiredStore } from '../desired/desired-store.js';
import type { Doctor } from '../doctor/doctor.js';
import { assessWorkload } from '../pure/assess/assess-workload.js';
import { allowedItems, allowsWorkloads, denialsOf } from '../pure/policy/denials.js';
import type { HostPolicy } from '../policy/host-policy.js';
import { judgeCall, judgeHostController, judgeProbe } from '../pure/policy/judge.js';
import type { Probes } from '../probes/probes.js';
import { planToTheEnd } from '../pure/plan/plan-predict.js';
import { obstacleOf, routersOf } from '../pure/router/routers.js';
import { strayCheck, strayWatch } from '../pure/router/watching.js';
import type { Reconciler } from '../reconciler/reconciler.js';
import { askController } from './controller-call.js';
import type { HeldPolicy } from '../pure/policy/policy.js';

/** Longer than the API waits for any answer. */
const CONTROLLER_MS = 30_000;
/** Less than the API waits for a plan. */
const FIND_MS = 3_000;

export interface CallOperationsParts {
  /** The node of the host's own daemon. */
  hostNode: NodeId;
  machine: Machine;
  reconciler: Reconciler;
  doctor: Pick<Doctor, 'examine'>;
  desired: DesiredStore;
  policy: HostPolicy;
  probes: Pick<Probes, 'begin'>;
  credentials: Pick<Credentials, 'rotate'>;
}

/** Access to the controller in one of our nodes. */
export interface WayToController {
  kind: NodeKind;
  api: Promise<ControllerApi>;
}

const NOT_OURS = 'this node is neither the host’s own daemon nor in a container that Orrery manages here';

const problem = (code: Extract<CallReply, { result: 'problem' }>['code'], cause: string): CallReply => ({
  result: 'problem',
  code,
  cause,
});

/** The operations that a call may ask for, if this host's policy allows them. All only read, except key rotation and changes on a controller. */
export class CallOperations {
  constructor(private readonly parts: CallOperationsParts) {}

  /** `way`: the result of `wayToController` for this call. */
  async run(op: Call['op'], way = this.wayToController(op)): Promise<CallReply> {
    try {
      const held = await this.parts.policy.refresh();
      if (held.result === 'unreadable') return problem('rejected', `nothing is allowed on this host: ${held.cause}`);
      const refusal = judgeCall(op.op, held.policy);
      if (refusal) return problem('rejected', `${refusal.cause} (rule ${refusal.rule} in ${held.file})`);
      switch (op.op) {
        case 'logs':
          return await this.#logs(op);
        case 'doctor':
          return { result: 'ok', value: fitLengths(DoctorResult, await this.parts.doctor.examine()) };
        case 'rotate-key':
          return { result: 'ok', value: { key: await this.parts.credentials.rotate() } satisfies RotationResult };
        case 'controller':
          return await this.#controller(op, held, way);
        case 'probe':
          return await this.#probe(op, held);
        case 'plan':
          return await this.#plan(op, held);
      }
    } catch (error) {
      return problem(error instanceof ForeignNetwork ? 'rejected' : 'failed', describeError(error));
    }
  }

  async #logs({ node, tail }: Extract<Call['op'], { op: 'logs' }>): Promise<CallReply> {
    if (!this.#isOfContainer(node))
      return problem('rejected', 'this node is not in a container that Orrery manages here');
    const text = await this.parts.machine.logs(node, tail);
    // Keep the end of the log: that is the part callers want.
    const result: LogsResult = { text: text.slice(-MAX_LOG) };
    return { result: 'ok', value: result };
  }

  async #probe(op: Extract<Call['op'], { op: 'probe' }>, held: HeldPolicy): Promise<CallReply> {
    const { node, probe } = op;
    const kind: NodeKind = node === this.parts.hostNode ? 'host' : 'container';
    if (kind === 'container' && !this.#isOfContainer(node)) return problem('rejected', NOT_OURS);
    if (held.result !== 'held') return problem('rejected', held.cause);
    const refusal = judgeProbe(held.policy);
    if (refusal) return problem('rejected', `${refusal.cause} (rule ${refusal.rule} in ${held.file})`);
    await this.parts.probes.begin(op, kind, held.policy.probes === true);
    return { result: 'ok', value: { probe } satisfies ProbeBegun };
  }

  /** Starts locating the controller that a call asks for, which changes nothing. Undefined if the call asks no controller in a node of ours. */
  wayToController(op: Call['op']): WayToController | undefined {
    if (op.op !== 'controller') return undefined;
    const kind: NodeKind = op.node === this.parts.hostNode ? 'host' : 'container';
    if (kind === 'container' && !this.#isOfContainer(op.node)) return undefined;
    const api = this.parts.machine.controller(op.node, kind, timeoutSignal(CONTROLLER_MS));
    const { ask } = op;
    // The host's own daemon is only asked after its policy has been checked. A failure is reported to the caller who asks the controller.
    const looksAhead = kind === 'container' && ask.do === 'put-records';
    api.then((controller) => looksAhead && controller.lookAhead(ask.network)).catch(() => undefined);
    return { kind, api };
  }

  async #controller(
    { ask }: Extract<Call['op'], { op: 'controller' }>,
    held: HeldPolicy,
    way: WayToController | undefined,
  ): Promise<CallReply> {
    if (!way) return problem('rejected', NOT_OURS);
    const network = 'network' in ask ? ask.network : undefined;
    const refusal =
      way.kind === 'host' && held.result === 'held' ? judgeHostController(network, held.policy) : undefined;
    if (refusal) return problem('rejected', `${refusal.cause} (rule ${refusal.rule} in ${held.file})`);
    const value = await askController(() => way.api, ask);
    return { result: 'ok', value: value satisfies ControllerResult };
  }

  #isOfContainer(node: NodeId): boolean {
    return this.parts.desired.items.items.some((item) => isOfContainer(item) && item.node === node);
  }

  async #plan({ items }: Extract<Call['op'], { op: 'plan' }>, held: HeldPolicy): Promise<CallReply> {
    const look = this.parts.reconciler.lastLook;
    if (!look) return problem('failed', 'the agent has not looked at this host yet');
    const desired = readItems(items);
    const [unreadable] = desired.unreadable;
    if (unreadable) return problem('unsupported', `this agent does not understand an item: ${unreadable.cause}`);
    const observed = await this.#withWorkloads(desired.items, look.observed, held);
    const denials = denialsOf(desired.items, held, { observed, ...look.facts });
    const allowed = allowedItems(desired.items, denials);
    const facts = { ...look.facts, routers: routersOf(allowed, observed, look.facts) };
    const denied = desired.items.flatMap((item): PlannedStep[] => {
      const denial = denials.get(item.id);
      return denial ? [{ step: 'policy-denied', target: targetOf(item, desired.items), detail: denial.cause }] : [];
    });
    const heldUp = allowed.flatMap((item): PlannedStep[] => {
      const target = targetOf(item, desired.items);
      if (item.kind === 'router' && item.intent === 'present') {
        const obstacle = obstacleOf(item, facts) ?? strayCheck(item) ?? strayWatch(item, observed);
        return obstacle ? [{ step: obstacle.code, target, detail: obstacle.cause }] : [];
      }
      const outcome = isAttaching(item)
        ? assessWorkload(item, { items: desired.items, observed, denials })?.outcome
        : undefined;
      if (outcome === undefined || outcome.kind === 'done') return [];
      return [{ step: outcome.code, target, detail: outcome.cause }];
    });
    const planned = planToTheEnd(allowed, observed, facts).map((step) => describe(step, desired.items));
    const steps = [...denied, ...heldUp, ...planned];
    return { result: 'ok', value: fitLengths(PlanResult, { steps }) };
  }

  /** The last look, and the workloads that only these items name. None is looked at where nothing may be attached. */
  async #withWorkloads(items: readonly Item[], observed: ObservedState, held: HeldPolicy): Promise<ObservedState> {
    const { workloads } = observed;
    if ((workloads && !workloads.known) || !allowsWorkloads(held)) return observed;
    const before = workloads?.value ?? [];
    const named = new Set(items.filter(isAttaching).map(({ workload }) => workload));
    const missing = [...named].filter((workload) => before.every((one) => one.workload !== workload));
    if (missing.length === 0) return observed;
    const found = await this.parts.machine.findWorkloads(missing, timeoutSignal(FIND_MS));
    return { ...observed, workloads: found.known ? { known: true, value: [...before, ...found.value] } : found };
  }
}

const isAttaching = (item: Item): item is AttachmentItem => item.kind === 'attachment' && item.intent === 'present';

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
      return step.image;
    case 'mint-identity':
      return step.identity === undefined ? step.image : `${step.identity}, pre-generated`;
    case 'create-container':
      return [step.blueprint.image, ...step.blueprint.memberships.map(({ network }) => network)].join(' ');
    case 'start-container':
      return step.router ? letsThrough(step.router) : '';
    case 'configure-router':
      return letsThrough(step.ways);
    case 'join-network':
    case 'configure-network':
    case 'repair-network':
    case 'leave-network':
      return step.network;
    default:
      return '';
  }
}

const letsThrough = (ways: readonly RouterWay[]): string =>
  ways.length === 0
    ? 'lets nothing through any longer'
    : ways.map(({ network, prefixes }) => `lets ${network} through to ${prefixes.join(', ')}`).join('; ');
