import type { NodeId, NodeKind } from '@orrery/shared/contracts';
import { describeError } from '@orrery/shared/runtime';
import { StepError } from '../machine/machine.js';
import type { ControllerApi } from '../zerotier/controller-api.js';
import { ControllerClient } from '../zerotier/controller.client.js';
import { LocalApiError } from '../zerotier/local-api.js';
import type { Answer, LocalHttp, Question } from '../zerotier/local-http.js';
import { addressOf, type SimulatedHost } from './simulated-host.js';
import type { SimulatedDaemon } from './simulated-state.js';

/** The HTTP of a simulated zerotier-one: the model answers as a daemon does, and what changed is on disk before it is told. */
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
    if (method !== 'GET') await host.save();
    return { status: answer.status, body: answer.body === '' ? '' : (JSON.parse(answer.body) as unknown) };
  }
}

export function openSimulatedController(
  host: SimulatedHost,
  node: NodeId,
  kind: NodeKind,
  signal: AbortSignal,
): ControllerApi {
  const container = host.state.containers.find((one) => one.node === node);
  const daemon = kind === 'host' ? host.state.host : container?.state === 'running' ? container.daemon : undefined;
  if (!daemon)
    throw new StepError({
      code: 'container-died',
      cause: container ? `the container is not running: it is ${container.state}` : 'there is no container',
      fix: 'It is started again.',
      transient: true,
    });
  const fix = 'Wait until the simulated zerotier-one runs.';
  const explain = (error: unknown) => ({ message: describeError(error), fix });
  return new ControllerClient({ http: new SimulatedHttp(host, daemon), expected: addressOf(daemon), explain, signal });
}
