import type { InspectedContainer } from '../docker/inspected.js';
import { DAEMON_HOME } from '../docker/container-profile.js';
import type { DockerEngine } from '../docker/docker-engine.js';
import { allowManagedList, settingsFileName } from '../pure/settings-file.js';

/** Any request to the daemon that is not ours drops a list (docs/zerotier-facts.md#joining). */
const WITH_LISTS_MS = 5_000;
/** But none makes one: it comes by file, before a start of the daemon or a change of ours. */
const WITHOUT_MS = 5 * 60_000;

/**
 * The `allowManaged` lists in containers: where there is one, it is read once every few seconds, and again after a change of
 * ours.
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
      const reading = { until: performance.now() + WITH_LISTS_MS, startedAt: State.StartedAt, files };
      this.folders.set(Id, reading);
      void files.then(
        (found) => {
          if (![...found.values()].some((text) => allowManagedList(text) !== null))
            reading.until = performance.now() + WITHOUT_MS;
        },
        () => undefined,
      );
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
