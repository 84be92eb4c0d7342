import { explain, type NodeId, type NodeKind } from '@orrery/shared/contracts';
import { describeError } from '@orrery/shared/runtime';
import {
  LocalApiError,
  StepError,
  type Answer,
  type ControllerApi,
  type ControllerWay,
  type LocalHttp,
  type Question,
} from '@orrery/shared/machine';
import { addressOf, type SimulatedHost } from './simulated-host.js';
import type { SimulatedDaemon } from './simulated-state.js';

/** The HTTP API of a simulated zerotier-one: the model answers like a daemon. */
class SimulatedHttp implements LocalHttp {
  constructor(
    private readonly host: SimulatedHost,
    private readonly daemon: SimulatedDaemon,
  ) {}

  async ask({ method, path, body }: Question): Promise<Answer> {
    const { host, daemon } = this;
    await host.advance();
    const headers = { 'x-zt1-auth': daemon.token };
    const text = method === 'POST' ? JSON.stringify(body ?? {}) : undefined;
    const request = { method, path, headers, ...(text !== undefined && { body: text }) };
    const answer = host.world.handle(addressOf(daemon), request);
    if (!answer) throw new LocalApiError('unreachable', 'the simulated zerotier-one does not answer');
    return { status: answer.status, body: answer.body === '' ? '' : (JSON.parse(answer.body) as unknown) };
  }
}

export function openSimulatedController(
  controllerOver: (way: ControllerWay) => ControllerApi,
  host: SimulatedHost,
  node: NodeId,
  kind: NodeKind,
  signal: AbortSignal,
): ControllerApi {
  const container = host.state.containers.find((one) => one.node === node);
  const daemon = kind === 'host' ? host.state.host : container?.state === 'running' ? container.daemon : undefined;
  if (!daemon)
    throw new StepError({
      ...explain('container-died/starting-again', {
        cause: container ? `the container is not running: it is ${container.state}` : 'there is no container',
      }),
      transient: true,
    });
  const trouble = (error: unknown) => {
    const { cause, fix } = explain('controller-unreachable/simulated', { cause: describeError(error) });
    return { message: cause, fix };
  };
  const http = new SimulatedHttp(host, daemon);
  return kept(host, controllerOver({ http, expected: addressOf(daemon), explain: trouble, signal }));
}

/** Saves what a request has changed before it is answered, once for all of its records. */
function kept(host: SimulatedHost, controller: ControllerApi): ControllerApi {
  const saved = <T>(work: Promise<T>): Promise<T> => work.finally(() => host.save());
  return {
    lookAhead: () => undefined,
    probe: () => controller.probe(),
    network: (network) => controller.network(network),
    putNetwork: (...put) => saved(controller.putNetwork(...put)),
    deleteNetwork: (network) => saved(controller.deleteNetwork(network)),
    records: (...page) => controller.records(...page),
    putRecords: (...put) => saved(controller.putRecords(...put)),
    deleteRecords: (...which) => saved(controller.deleteRecords(...which)),
  };
}
