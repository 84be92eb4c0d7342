import { explain, type NetworkId, type NodeAddress } from '@orrery/shared/contracts';
import { describeError } from '@orrery/shared/runtime';
import { StepError, LocalApiError, type LocalHttp } from '@orrery/shared/machine';
import type { LocalApi, DaemonStatus } from './local-api.js';
import type { Diagnosis } from './log-diagnosis.js';

/** `networks.d/<id>.local.conf` of one node. */
export interface SettingsFiles {
  /** Undefined if there is no file or it cannot be read. */
  read(network: NetworkId, signal?: AbortSignal): Promise<string | undefined>;
  /** Throws a StepError. */
  write(network: NetworkId, text: string, signal?: AbortSignal): Promise<void>;
}

/** Every way to reach one node. */
export interface NodeDoor {
  readonly api: LocalApi;
  /** The daemon's HTTP; undefined if it is reached only by exec, which is limited to what zerotier-cli can do. */
  readonly http: LocalHttp | undefined;
  readonly settings: SettingsFiles;
  /** The address that the node must have; undefined if unknown. */
  readonly expected: NodeAddress | undefined;
  /** Explains a failure of the API for this kind of node, with a fix. */
  explain(error: unknown): StepError;
  /** Why the daemon has no device, if that can be determined. */
  diagnose(signal?: AbortSignal): Promise<Diagnosis | undefined>;
}

/** Bridge addresses and ports are reused, so an answer counts only if it comes from the expected node. */
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

/** Passes a StepError through; anything else that is not a failure of the API is unexpected. */
export function explainWith(error: unknown, trouble: (error: LocalApiError) => StepError): StepError {
  if (error instanceof StepError) return error;
  if (error instanceof LocalApiError) return trouble(error);
  return new StepError({
    ...explain('unexpected', { cause: describeError(error) }),
    transient: true,
    origin: error,
  });
}
