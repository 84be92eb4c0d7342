import { Bus, NatsTrust, SYSTEM_INBOX, type ConnectionName } from '@orrery/shared/bus';
import { inboxPrefix, explain } from '@orrery/shared/contracts';
import type { Logger } from '@orrery/shared/runtime';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiConfig } from '../config.js';

/** The bus that publishes desired states and calls. */
export const COMMAND_BUS = Symbol('COMMAND_BUS');
/** The bus that only answers agents. */
export const ANSWER_BUS = Symbol('ANSWER_BUS');
/** The keys of this installation's NATS; undefined when its users are somebody else's business. */
export const NATS_TRUST = Symbol('NATS_TRUST');
/** The `Signer` whose public key agents are given when they join. */
export const SIGNER = Symbol('SIGNER');

type BusConfig = Pick<ApiConfig, 'natsUrl' | 'secretsFolder'>;

/**
 * The API's connections to NATS, each with no more permissions than its work needs: `desired` publishes states and
 * calls, `answers` only answers agents, `system` publishes revoked keys. With a user in NATS_URL there is only one
 * connection, and everybody shares that user.
 */
export class Buses {
  private constructor(
    readonly desired: Bus,
    readonly answers: Bus,
    readonly system: Bus | undefined,
  ) {}

  /** Connects in the background, and retries forever. */
  static async open(config: BusConfig, trust: NatsTrust | undefined, logger: Logger): Promise<Buses> {
    if (!trust) {
      const shared = await connectAsUser(config, logger);
      return new Buses(shared, shared, undefined);
    }
    const connect = (name: ConnectionName) => connectByJwt(config, trust, name, logger);
    return new Buses(await connect('desired'), await connect('answers'), await connect('system'));
  }

  get connected(): boolean {
    return this.desired.connected && this.answers.connected;
  }

  /** Why NATS cannot be used now; asks it, for at most two seconds. Undefined: it can. */
  async trouble(): Promise<string | undefined> {
    if (!this.connected) return this.refusal ?? 'no connection; retrying';
    const answers = await Promise.all([this.desired.isAnswering(), this.answers.isAnswering()]);
    return answers.every(Boolean) ? undefined : 'connected, but it does not answer';
  }

  /** Why NATS does not accept us, as it reports. */
  get refusal(): string | undefined {
    return this.desired.refusal ?? this.answers.refusal;
  }

  async close(): Promise<void> {
    const all = [this.desired, this.answers, ...(this.system ? [this.system] : [])];
    await Promise.all([...new Set(all)].map((bus) => bus.close()));
  }
}

/**
 * The keys of this installation's NATS, created at the first start; undefined if NATS_URL has a user, and so needs
 * none.
 */
export async function openTrust({ natsUrl, secretsFolder }: BusConfig, logger: Logger): Promise<NatsTrust | undefined> {
  if (new URL(natsUrl.reveal()).username) {
    const cause = 'all agents share one user of NATS, so none is isolated from the others';
    const { fix } = explain('nats-user-shared', { cause });
    logger.warn({ event: 'nats.shared-user', fix }, cause);
    return undefined;
  }
  const trust = await NatsTrust.open(join(secretsFolder, 'nats'));
  await trust.writeServerFiles();
  return trust;
}

/** The private authority of this installation, if it has one. */
export const authorityOf = ({ secretsFolder }: Pick<ApiConfig, 'secretsFolder'>): Promise<string | undefined> =>
  readFile(`${secretsFolder}/tls/ca.crt`, 'utf8').catch(() => undefined);

async function connectAsUser(config: BusConfig, logger: Logger): Promise<Bus> {
  const { username, password } = new URL(config.natsUrl.reveal());
  const login = { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  return new Bus({
    ...(await serverOf(config)),
    ...login,
    name: 'orrery-api',
    inboxPrefix: inboxPrefix('api'),
    logger,
  });
}

async function connectByJwt(config: BusConfig, trust: NatsTrust, name: ConnectionName, logger: Logger): Promise<Bus> {
  const credentials = await trust.credentials(name);
  return new Bus({
    ...(await serverOf(config)),
    credentials: () => credentials,
    name: `orrery-api ${name}`,
    inboxPrefix: name === 'system' ? SYSTEM_INBOX : inboxPrefix('api'),
    logger: logger.child({ connection: name }),
  });
}

async function serverOf(config: BusConfig): Promise<{ servers: string[]; ca: string | undefined }> {
  const { protocol, host } = new URL(config.natsUrl.reveal());
  return { servers: [`${protocol}//${host}`], ca: protocol === 'tls:' ? await authorityOf(config) : undefined };
}
