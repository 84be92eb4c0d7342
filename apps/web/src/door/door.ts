/** What `POST /v1/logins` answers. */
export interface Login {
  id: string;
  /** The second half of the login: the first is a cookie that scripts cannot read. Neither is worth anything alone. */
  secret: string;
  name: string;
  role: 'viewer' | 'operator' | 'admin';
  scope: { hosts: string | null; networks: string[] | null } | null;
  tokenId: string;
  expiresAt: string | null;
  idleAfterSeconds: number;
}

export type DoorState =
  { is: 'asking' } | { is: 'closed'; why?: 'ended' | 'signed-out' } | { is: 'open'; login: Login };

const KEY = 'orrery-login';
/** How long another tab of this browser has to hand over its login. */
const HANDOVER_MS = 200;

type Word = { say: 'who' } | { say: 'login'; login: Login } | { say: 'ended'; secret: string };

/**
 * The login of this browser. It is kept for the tab, or in memory where there is no storage; a new tab asks the others,
 * and all learn when it ends.
 */
class Door {
  #state: DoorState = { is: 'asking' };
  readonly #listeners = new Set<() => void>();
  readonly #tabs = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(KEY);

  constructor() {
    this.#tabs?.addEventListener('message', ({ data }: MessageEvent<Word>) => this.#hear(data));
    const kept = keptLogin();
    if (kept) this.#state = { is: 'open', login: kept };
    else this.#askTabs();
  }

  get state(): DoorState {
    return this.#state;
  }

  get secret(): string | undefined {
    return this.#state.is === 'open' ? this.#state.login.secret : undefined;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  opened(login: Login): void {
    keep(login);
    this.#become({ is: 'open', login });
  }

  /** The API does not know this login any more. */
  ended(secret: string, why: 'ended' | 'signed-out' = 'ended'): void {
    if (this.secret !== secret) return;
    this.#tabs?.postMessage({ say: 'ended', secret } satisfies Word);
    keep(undefined);
    this.#become({ is: 'closed', why });
  }

  #askTabs(): void {
    if (!this.#tabs) return void (this.#state = { is: 'closed' });
    this.#tabs.postMessage({ say: 'who' } satisfies Word);
    setTimeout(() => this.#state.is === 'asking' && this.#become({ is: 'closed' }), HANDOVER_MS);
  }

  #hear(word: Word): void {
    if (word.say === 'who' && this.#state.is === 'open')
      this.#tabs?.postMessage({ say: 'login', login: this.#state.login } satisfies Word);
    else if (word.say === 'login' && this.#state.is === 'asking') this.opened(word.login);
    else if (word.say === 'ended' && word.secret === this.secret) {
      keep(undefined);
      this.#become({ is: 'closed', why: 'ended' });
    }
  }

  #become(state: DoorState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** Storage can be absent, full or forbidden: then the login lasts as long as the page. */
function keptLogin(): Login | undefined {
  try {
    const text = sessionStorage.getItem(KEY);
    return text === null ? undefined : (JSON.parse(text) as Login);
  } catch {
    return undefined;
  }
}

function keep(login: Login | undefined): void {
  try {
    if (login) sessionStorage.setItem(KEY, JSON.stringify(login));
    else sessionStorage.removeItem(KEY);
  } catch {
    // In memory, then.
  }
}

export const door = new Door();
