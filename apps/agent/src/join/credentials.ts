import { lifeOf, type NatsCredentials, type UserKey } from '@orrery/shared/bus';
import type { HostKey } from '@orrery/shared/contracts';
import type { AppError } from '@orrery/shared/runtime';
import type { AgentConfig } from '../config.js';
import { writeHostRecord, type HostRecord } from './host-record.js';
import { HostKeyFiles } from './host-key.js';
import { requestRenewal } from './join.client.js';

type CredentialsConfig = Pick<AgentConfig, 'home' | 'apiUrl' | 'apiPin' | 'apiCaFile' | 'joinSecretFile'>;

/** The credentials of this host and the latest record from the API. They are renewed with the host's key before they expire. */
export class Credentials {
  #busy: Promise<unknown> = Promise.resolve();
  /** When this process got them, in milliseconds by this host's clock, which may be far off the API's. */
  #takenAt: number | undefined;
  /** Read once: to check a signature every few seconds would be the most that an agent at rest does. */
  #life: { jwt: string; life: ReturnType<typeof lifeOf> } | undefined;

  private constructor(
    private readonly config: CredentialsConfig,
    private readonly files: HostKeyFiles,
    private key: UserKey,
    private known: HostRecord,
  ) {}

  static async open(config: CredentialsConfig, record: HostRecord): Promise<Credentials> {
    const files = new HostKeyFiles(config.home);
    return new Credentials(config, files, await files.current(), record);
  }

  get record(): HostRecord {
    return this.known;
  }

  /** Undefined: the server has configured users instead. */
  get nats(): NatsCredentials | undefined {
    const { jwt } = this.known.nats;
    return jwt === null ? undefined : { jwt, seed: this.key.seed };
  }

  /** True when two thirds of the lifetime are over, or when the lifetime cannot be read. */
  isDue(now = Date.now()): boolean {
    const { jwt } = this.known.nats;
    if (jwt === null) return false;
    if (this.#life?.jwt !== jwt) this.#life = { jwt, life: lifeOf(jwt) };
    const { life } = this.#life;
    return !life || now > (this.#takenAt ?? life.from) + ((life.until - life.from) * 2) / 3;
  }

  /** Asks the API for new ones. Throws AppError: `unknown-host` when this host was removed, `host-revoked` when its key was revoked. */
  renew(): Promise<HostRecord> {
    return this.#alone(async () => {
      const next = await this.files.next();
      if (next && (await this.#tookNext(next))) return this.known;
      return this.#take(await requestRenewal(this.config, this.known.hostId, this.key));
    });
  }

  /** Makes another key and asks the API to accept it in place of the current one. */
  rotate(): Promise<HostKey> {
    return this.#alone(async () => {
      const next = await this.files.makeNext();
      const record = await requestRenewal(this.config, this.known.hostId, this.key, next);
      await this.#promote(next, record);
      return next.publicKey;
    });
  }

  /** Settles a rotation whose answer was lost: either the API accepted the key, or it never received it. */
  async #tookNext(next: UserKey): Promise<boolean> {
    try {
      await this.#promote(next, await requestRenewal(this.config, this.known.hostId, next));
      return true;
    } catch (error) {
      if ((error as Partial<AppError>).code !== 'host-revoked') throw error;
      await this.files.dropNext();
      return false;
    }
  }

  async #promote(next: UserKey, record: HostRecord): Promise<void> {
    await this.files.promoteNext();
    this.key = next;
    await this.#take(record);
  }

  async #take(record: HostRecord): Promise<HostRecord> {
    await writeHostRecord(this.config.home, record);
    this.known = record;
    this.#takenAt = Date.now();
    return record;
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#busy.then(work, work);
    this.#busy = done.catch(() => undefined);
    return done;
  }
}

/** Whether the record changed in something that an agent reads only at its start: where NATS is, and whose signatures it trusts. */
export const isMoved = (before: HostRecord, after: HostRecord): boolean => {
  const rest = ({ nats: { jwt: _jwt, ...nats }, ...record }: HostRecord) => JSON.stringify({ ...record, nats });
  return rest(before) !== rest(after) || (before.nats.jwt === null) !== (after.nats.jwt === null);
};
