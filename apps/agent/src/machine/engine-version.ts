import type { EngineInfo, Part } from '@orrery/shared/contracts';
import type { DockerEngine } from '../docker/docker-engine.js';
import { partOf } from './part.js';

/** To tell its versions the engine starts `runc` and `docker-init`, each time that it is asked (Docker 26): they hardly ever change. */
const FRESH_MS = 60_000;
/** When it has just failed at something else. */
const DOUBTFUL_MS = 1_000;

/** Whether there is an engine, and which. One that has just shown its containers is there: it is then asked once a minute. */
export class EngineVersion {
  private held: { info: Part<EngineInfo> & { known: true }; until: number } | undefined;

  constructor(private readonly engine: Pick<DockerEngine, 'info'>) {}

  /** `listed`: whether it has shown its containers, when that is known. Never throws. */
  async look(listed: Promise<boolean>, { ms, signal }: { ms: number; signal: AbortSignal }): Promise<Part<EngineInfo>> {
    const held = this.held && this.held.until > performance.now() ? this.held : undefined;
    if (held && (await listed)) return held.info;
    this.held = undefined;
    const info = await partOf(this.engine.info({ ms: held ? DOUBTFUL_MS : ms, signal }));
    if (info.known) this.held = { info, until: performance.now() + FRESH_MS };
    return info;
  }
}
