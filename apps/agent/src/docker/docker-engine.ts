import type { EngineInfo } from '@orrery/shared/contracts';
import { z } from 'zod';
import { ensureBridgeNetwork, workloadNetwork, type BridgeNetwork, type ShownNetwork } from './bridge-network.js';
import { EngineConnection, type CallOptions } from './engine-connection.js';
import { EngineContainers } from './engine-containers.js';
import { execInside, type ExecResult } from './engine-exec.js';
import { EngineFiles } from './engine-files.js';
import { EngineImages } from './engine-images.js';

const Version = z.object({ Version: z.string(), ApiVersion: z.string(), Os: z.string(), Arch: z.string() });

const Info = z.object({ SecurityOptions: z.array(z.string()).nullish() });

/** Whose users those of a container are. `isRootless`: the engine itself does not run as root. `isRemapped`: it runs with `--userns-remap`. */
export interface EngineUsers {
  isRootless: boolean;
  isRemapped: boolean;
}

/** The only access to the Docker Engine. Every call has a timeout; every error is a StepError with a code and a fix. */
export class DockerEngine {
  readonly connection: EngineConnection;
  readonly containers: EngineContainers;
  readonly images: EngineImages;
  readonly files: EngineFiles;

  constructor(socketPath: string, answerMs?: number) {
    this.connection = new EngineConnection(socketPath, answerMs);
    this.containers = new EngineContainers(this.connection);
    this.images = new EngineImages(this.connection);
    this.files = new EngineFiles(this.connection);
  }

  async info(options: CallOptions = {}): Promise<EngineInfo> {
    const docker = this.connection.docker;
    // dockerode accepts options here that its types lack.
    const ask = docker.version.bind(docker) as unknown as (options: object) => Promise<unknown>;
    const errand = { doing: "asking for the engine's version" };
    const found = await this.connection.read(errand, Version, (abortSignal) => ask({ abortSignal }), options);
    return { version: found.Version, apiVersion: found.ApiVersion, os: found.Os, architecture: found.Arch };
  }

  /** It stays the same as long as the engine runs. */
  async users(options: CallOptions = {}): Promise<EngineUsers> {
    const docker = this.connection.docker;
    const ask = docker.info.bind(docker) as unknown as (options: object) => Promise<unknown>;
    const errand = { doing: 'asking how the engine runs' };
    const found = await this.connection.read(errand, Info, (abortSignal) => ask({ abortSignal }), options);
    // Such as `name=seccomp,profile=builtin`.
    const names = (found.SecurityOptions ?? []).flatMap((option) => /^name=([^,]+)/.exec(option)?.[1] ?? []);
    return { isRootless: names.includes('rootless'), isRemapped: names.includes('userns') };
  }

  network(name: string, options: CallOptions = {}): Promise<BridgeNetwork> {
    return ensureBridgeNetwork(this.connection, name, options);
  }

  workloadNetwork(id: string, options: CallOptions = {}): Promise<ShownNetwork | undefined> {
    return workloadNetwork(this.connection, id, options);
  }

  exec(id: string, command: string[], options: CallOptions = {}): Promise<ExecResult> {
    return execInside(this.connection, id, command, options);
  }
}
