import { explain, explainAgain, type NetworkId } from '@orrery/shared/contracts';
import type { z } from 'zod';
import {
  ControllerError,
  ForeignNetwork,
  LocalApiError,
  type ControllerWay,
  type Question,
} from '@orrery/shared/machine';
import { ControllerStatus } from './controller-answers.js';
import { DaemonStatus, readAnswer } from './local-api.js';
import { assertExpected } from './node-door.js';

/** Sends requests to the controller, and explains each way in which they fail. */
export class ControllerHttp {
  private own: Promise<DaemonStatus> | undefined;

  constructor(private readonly way: ControllerWay) {}

  /**
   * Identifies the daemon once, before any other request, because another one may now have the port or bridge address.
   */
  status(): Promise<DaemonStatus> {
    this.own ??= this.identify();
    return this.own;
  }

  async assertOwn(network: NetworkId): Promise<void> {
    const { address } = await this.status();
    if (!network.startsWith(address)) throw new ForeignNetwork(network, address);
  }

  /** Throws ControllerError if there is no controller or it is not ready. */
  async assertController(): Promise<void> {
    const body = await this.ask({ method: 'GET', path: '/controller' });
    if (body === undefined) throw new ControllerError(explain('controller-absent/not-built-in'));
    const { controller, databaseReady } = readAnswer(ControllerStatus, body, 'GET /controller');
    if (!controller) throw new ControllerError(explain('controller-absent/denies'));
    if (!databaseReady) throw this.notReady();
  }

  /** Undefined for a 404. */
  async ask(question: Omit<Question, 'signal'>): Promise<unknown> {
    const { status, body } = await this.answered(question);
    if (status === 200) return body;
    if (status === 404) return undefined;
    if (status === 503) throw this.notReady();
    const { method, path } = question;
    throw new LocalApiError('garbage', `zerotier-one answered ${status} to ${method} ${path}`);
  }

  /** Requests an object that must exist and parses it. */
  async read<S extends z.ZodType>(path: string, schema: S, network?: NetworkId): Promise<z.infer<S>> {
    const body = (await this.ask({ method: 'GET', path })) ?? (await this.missing(network));
    return readAnswer(schema, body, `GET ${path}`);
  }

  /** Throws the reason for a 404: no controller, or no such network on it. */
  async missing(network?: NetworkId): Promise<never> {
    await this.assertController();
    if (network === undefined) throw new LocalApiError('garbage', 'the controller does not know its own networks');
    throw new ControllerError(explain('unknown-network/controller', { network }));
  }

  /** Only a failed connection means that the daemon is unreachable; an unreadable answer does not. */
  private async answered(question: Omit<Question, 'signal'>) {
    try {
      return await this.way.http.ask({ ...question, signal: this.way.signal });
    } catch (error) {
      if (error instanceof LocalApiError && error.trouble !== 'garbage') throw this.unreachable(error);
      throw error;
    }
  }

  private async identify(): Promise<DaemonStatus> {
    const { http, expected, signal } = this.way;
    try {
      const { status, body } = await http.ask({ method: 'GET', path: '/status', signal });
      if (status !== 200) throw new LocalApiError('garbage', `zerotier-one answered ${status} to GET /status`);
      const read = readAnswer(DaemonStatus, body, 'GET /status');
      assertExpected(read, expected);
      return read;
    } catch (error) {
      throw error instanceof LocalApiError ? this.unreachable(error) : error;
    }
  }

  private unreachable(origin: LocalApiError): ControllerError {
    const { message: cause, fix } = this.way.explain(origin);
    return new ControllerError({ ...explainAgain({ code: 'controller-unreachable', cause, fix }), origin });
  }

  private notReady(): ControllerError {
    return new ControllerError(explain('controller-not-ready/reading'));
  }
}
