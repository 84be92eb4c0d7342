import { join } from 'node:path';
import { decode, encodeAccount, encodeOperator, encodeUser, fmtCreds, newScopedSigner } from '@nats-io/jwt';
import { fromPublic, type KeyPair } from '@nats-io/nkeys';
// Not imported from the index of runtime: make-trust is a separate process, and loading the rest would be most of its start.
import { writeFileDurably } from '../../runtime/files.js';
import { AGENT_PAYLOAD_BYTES, AGENT_RIGHTS, AGENT_SUBSCRIPTIONS, RIGHTS, type ConnectionName } from './rights.js';
import { read, readOrMakeKeys, type TrustKeys } from './trust-files.js';

const UNLIMITED = { subs: -1, data: -1, payload: -1 };
const ACCOUNT_LIMITS = { ...UNLIMITED, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };

export interface NatsCredentials {
  jwt: string;
  seed: string;
}

/** Public key → time in seconds since 1970: JWTs of that key issued before it are rejected. */
export type Revocations = Record<string, number>;

/**
 * Who may use the bus of this installation: an operator, the account of the fleet, a signing key for agents, and the three connections
 * of the API. The keys are created once, locally; JWTs are created from them whenever needed. This is the only file that uses the JWT
 * library, which only builds tokens; the server verifies them.
 */
export class NatsTrust {
  private constructor(
    readonly folder: string,
    private readonly keys: TrustKeys,
  ) {}

  static async open(folder: string): Promise<NatsTrust> {
    return new NatsTrust(folder, await readOrMakeKeys(folder));
  }

  /** The ID of the fleet's account, which all agents belong to. */
  get fleet(): string {
    return this.keys.account.getPublicKey();
  }

  /** Writes `server.conf` for the server, which holds nothing secret, and `system.creds`, which gives access to the server's system account. */
  async writeServerFiles(): Promise<void> {
    await writeFileDurably(join(this.folder, 'server.conf'), await this.#serverConfiguration());
    const { jwt } = await this.credentials('system');
    await writeFileDurably(join(this.folder, 'system.creds'), fmtCreds(jwt, this.keys['api-system']));
  }

  async credentials(name: ConnectionName): Promise<NatsCredentials> {
    const pair = this.keys[`api-${name}`];
    const issuer = name === 'system' ? this.keys.system : this.keys.account;
    const jwt = await encodeUser(`api-${name}`, pair, issuer, { ...RIGHTS[name], ...UNLIMITED });
    return { jwt, seed: seedOf(pair) };
  }

  /** A JWT that lets the agent with this key use its own subjects for a limited time. */
  async hostJwt(host: string, publicKey: string, lifeSeconds: number): Promise<string> {
    const exp = Math.floor(Date.now() / 1000) + Math.max(1, Math.round(lifeSeconds));
    const options = { signer: this.keys.agents, scopedUser: true, exp };
    return encodeUser(host, fromPublic(publicKey), this.keys.account, {}, options);
  }

  /** The fleet's account for the servers, without the revoked keys. */
  async accountJwt(revocations: Revocations): Promise<string> {
    const template = { ...AGENT_RIGHTS, ...UNLIMITED, subs: AGENT_SUBSCRIPTIONS, payload: AGENT_PAYLOAD_BYTES };
    const signingKey = newScopedSigner(fromPublic(this.keys.agents.getPublicKey()), 'agents', template);
    const account = { limits: ACCOUNT_LIMITS, signing_keys: [signingKey], revocations };
    return encodeAccount('fleet', this.keys.account, account, { signer: this.keys.operator });
  }

  /** Stores the account for the next start of a server, so that it starts with the current revocations. */
  async keepAccount(jwt: string): Promise<void> {
    await writeFileDurably(join(this.folder, 'account.jwt'), jwt);
    await writeFileDurably(join(this.folder, 'server.conf'), await this.#serverConfiguration());
  }

  async #serverConfiguration(): Promise<string> {
    const { operator, account, system } = this.keys;
    const systemId = system.getPublicKey();
    const operatorJwt = await encodeOperator('orrery', operator, { system_account: systemId });
    const systemJwt = await encodeAccount('system', system, { limits: ACCOUNT_LIMITS }, { signer: operator });
    const accountJwt = (await read(join(this.folder, 'account.jwt'))) ?? (await this.accountJwt({}));
    return `operator: "${operatorJwt}"
system_account: "${systemId}"
resolver_preload: {
  "${systemId}": "${systemJwt}"
  "${account.getPublicKey()}": "${accountJwt}"
}
`;
  }
}

/** When a JWT was issued and when it expires, in milliseconds since 1970; undefined if it is invalid or does not expire. */
export function lifeOf(jwt: string): { from: number; until: number } | undefined {
  try {
    const { iat, exp } = decode(jwt);
    return exp === undefined ? undefined : { from: iat * 1000, until: exp * 1000 };
  } catch {
    return undefined;
  }
}

const seedOf = (pair: KeyPair) => new TextDecoder().decode(pair.getSeed());
