import type { InspectedContainer } from '../docker/inspected.js';
import { DAEMON_HOME } from '../docker/container-profile.js';
import type { DockerEngine } from '../docker/docker-engine.js';
import { allowManagedList, settingsFileName } from '../pure/settings-file.js';

const FRESH_MS = 5_000;

/**
 * The `allowManaged` lists in containers. They change only when a network is joined or configured, so a folder is read once every
 * few seconds, and again after a change of ours.
 */
export class ManagedLists {
  private readonly folders = new Map<
    string,
    { until: number; startedAt: string; files: Promise<Map<string, string>> }
  >();

  constructor(private readonly engine: DockerEngine) {}

  async of({ Id, State }: InspectedContainer, network: string, signal: AbortSignal): Promise<string[] | null> {
    const held = this.folders.get(Id);
    if (!held || held.until < performance.now() || held.startedAt !== State.StartedAt) {
      const files = this.engine.files
        .get(Id, `${DAEMON_HOME}/networks.d`, { signal })
        .then((found) => found ?? new Map<string, string>());
      files.catch(() => this.folders.delete(Id));
      this.folders.set(Id, { until: performance.now() + FRESH_MS, startedAt: State.StartedAt, files });
    }
    const files = await (this.folders.get(Id)?.files ?? new Map<string, string>());
    return allowManagedList(files.get(`networks.d/${settingsFileName(network)}`));
  }

  forget(engineId: string): void {
    this.folders.delete(engineId);
  }

  /** Drops the entries of containers that no longer exist. */
  keep(engineIds: ReadonlySet<string>): void {
    for (const id of this.folders.keys()) if (!engineIds.has(id)) this.folders.delete(id);
  }
}
