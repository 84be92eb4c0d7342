import type { NetworkId, NodeAddress } from '@orrery/shared/contracts';
import { StepError, LocalApiError, type LocalHttp } from '@orrery/shared/machine';
import type { LocalApi, DaemonStatus } from './local-api.js';
import type { Diagnosis } from './log-diagnosis.js';

/** `networks.d/<id>.local.conf` of one node. */
export interface SettingsFiles {
  /** Undefined: there is none, or it cannot be read. */
  read(network: NetworkId, signal?: AbortSignal): Promise<string | undefined>;
  /** A failure is a StepError. */
  write(network: NetworkId, text: string, signal?: AbortSignal): Promise<void>;
}

/** Everything by which one node is reached. */
export interface NodeDoor {
  readonly api: LocalApi;
  /** The daemon's HTTP; undefined where it is reached by exec alone, which knows nothing but what zerotier-cli does. */
  readonly http: LocalHttp | undefined;
  readonly settings: SettingsFiles;
  /** The address that the node must have; undefined when nobody knows it. */
  readonly expected: NodeAddress | undefined;
  /** What trouble with the API means for this kind of node, and what to do. */
  explain(error: unknown): StepError;
  /** Why the daemon has no device, if that can be found out. */
  diagnose(signal?: AbortSignal): Promise<Diagnosis | undefined>;
}

/** Bridge addresses and ports are reused: an answer counts only from the node that is expected. */
export function assertExpected({ address }: DaemonStatus, expected: NodeAddress | undefined): void {
  if (expected !== undefined && address !== expected) throw new WrongNode(address, expected);
}

export class WrongNode extends LocalApiError {
  constructor(
    readonly address: NodeAddress,
    readonly expected: NodeAddress,
  ) {
    super('garbage', `another node answers: ${address} instead of ${expected}`);
    this.name = 'WrongNode';
  }
}

/** A StepError passes through; anything else that is not the API's trouble is unexpected. */
export function explainWith(error: unknown, trouble: (error: LocalApiError) => StepError): StepError {
  if (error instanceof StepError) return error;
  if (error instanceof LocalApiError) return trouble(error);
  return new StepError({
    code: 'unexpected',
    cause: error instanceof Error ? error.message : String(error),
    fix: "See the agent's log.",
    transient: true,
    origin: error,
  });
}
