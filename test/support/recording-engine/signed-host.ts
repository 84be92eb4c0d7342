import { join } from 'node:path';
import { newSigningKey, Signer, Verifier } from '@orrery/shared/bus';
import { subjects } from '@orrery/shared/contracts';
import { createLogger, newId } from '@orrery/shared/runtime';
import { execute, type Machine, type SeenGround } from '@orrery/shared/machine';
import { DesiredStore } from '../../../apps/agent/src/desired/desired-store.js';
import { deviceTowards, readHostRoutes } from '../../../apps/agent/src/kernel/host-routes.js';
import { HostGround } from '../../../apps/agent/src/machine/host-ground.js';
import { FileIdentityStore } from '../../../apps/agent/src/identities/file-identity-store.js';
import { createRealMachine } from '../../../apps/agent/src/machine/real-machine.js';
import type { RealMachineParts } from '../../../apps/agent/src/machine/real-machine-parts.js';
import { allowedItems, denialsOf } from '../../../apps/agent/src/pure/policy/denials.js';
import { type HeldPolicy, Policy } from '../../../apps/agent/src/pure/policy/policy.js';
import { tableOf } from '../../../apps/agent/src/pure/router/router-table.js';
import { routersOf } from '../../../apps/agent/src/pure/router/routers.js';
import { scopeOf } from '../../../apps/agent/src/reconciler/looks.js';
import { plan } from '../../../apps/agent/src/pure/plan/plan.js';
import { temporaryFolder } from '../servers.js';
import { RecordingEngine } from './recording-engine.js';

const logger = createLogger('test', 'silent');
const nothing = () => Promise.resolve([]);
const ignore = () => undefined;
const NO_KERNEL = {
  ...{ host: nothing, container: nothing, follow: () => Promise.resolve(), follows: () => false },
  ...{ followHost: ignore, changes: ignore, keep: ignore, close: ignore, udpPorts: nothing },
};

/** The path from a signed message to the engine's socket, through the agent's own parts, without its clock. */
export class SignedHost {
  readonly host = newId('hst');
  readonly hostNode = newId('nod');
  readonly #signer = new Signer(newSigningKey());
  readonly #verifier = new Verifier([this.#signer.publicKey]);
  readonly #ground = new HostGround({}, { hostRoutes: readHostRoutes, deviceTowards });
  #revision = 0;

  private constructor(
    readonly engine: RecordingEngine,
    private readonly home: string,
    readonly identities: FileIdentityStore,
  ) {}

  /** The tables of nft that were written. */
  readonly tables: string[] = [];

  static async open(): Promise<SignedHost> {
    const home = await temporaryFolder('signed');
    const engine = new RecordingEngine(join(home, 'docker.sock'));
    await engine.open();
    return new SignedHost(engine, home, await FileIdentityStore.open(home));
  }

  /**
   * Signs a body (`$REVISION` and `$HOST` are filled in) and carries it out, as far as possible, in this many rounds.
   */
  async make(body: string, rules: object = {}, rounds = 1): Promise<'accepted' | 'stale' | 'rejected'> {
    this.#revision += 1;
    const text = body.replaceAll('"$REVISION"', String(this.#revision)).replaceAll('$HOST', this.host);
    const desired = new DesiredStore(this.home, this.host, this.#verifier, logger);
    const { result } = await desired.accept(this.#signer.sign(subjects.desired(this.host), text));
    const { items } = desired.items;
    const held: HeldPolicy = {
      result: 'held',
      policy: Policy.parse(rules),
      file: '',
      isWritten: true,
      lines: new Map(),
    };
    if (items.length === 0) return result;
    const machine = this.#machine();
    const scope = scopeOf(this.hostNode, items, held);
    const { signal } = new AbortController();
    for (let round = 0; round < rounds; round++) {
      const observed = await machine.observe(scope, signal);
      const facts = await machine.facts(scope);
      const denials = denialsOf(items, held, { observed, ...facts });
      const failed = new Set<string>();
      const allowed = allowedItems(items, denials);
      for (const step of plan(allowed, observed, { ...facts, routers: routersOf(allowed, observed, facts) }))
        if (!failed.has(step.node))
          await execute(machine.executors, step, { signal, progress: () => undefined }).catch(() =>
            failed.add(step.node),
          );
    }
    await machine.close();
    return result;
  }

  /** As a kernel would that accepts every table. */
  readonly #tables: RealMachineParts['tables'] = {
    look: () => Promise.resolve({ forwards: true, ways: null }),
    write: (_container, ways) => Promise.resolve(tableOf(ways)).then((text) => void this.tables.push(text)),
    has: () => Promise.resolve(true),
    trouble: () => Promise.resolve(undefined),
    keep: () => undefined,
  };

  /** This machine's, and a way out of it, which a machine for tests may lack. */
  async #lookAround(): Promise<SeenGround> {
    const seen = await this.#ground.look();
    const out = { prefix: '0.0.0.0/0', what: '0.0.0.0/0 over eth0', kind: 'route', device: 'eth0' } as const;
    return seen.known ? { ...seen, value: [...seen.value, out] } : seen;
  }

  #machine(): Machine {
    const away = join(this.home, 'away');
    return createRealMachine(
      {
        ...{
          host: this.host,
          agentVersion: '0.1.0',
          dockerSocket: join(this.home, 'docker.sock'),
          dockerNetwork: 'orrery',
        },
        ...{ dockerConfigFile: away, zerotierHome: away, zerotierPort: null, userTokenFile: away, moonsDir: null },
        zerotierImage: 'zerotier/zerotier:1.14.2',
        nodePorts: { first: 25_000, last: 25_999 },
      },
      this.identities,
      logger,
      // Only the engine's socket matters here, and asking the kernel would start several programs for each look.
      { kernel: NO_KERNEL, ground: { look: () => this.#lookAround() }, tables: this.#tables },
    );
  }

  close(): Promise<void> {
    return this.engine.close();
  }
}
