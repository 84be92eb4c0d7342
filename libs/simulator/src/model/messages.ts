/** Messages between daemons and controllers. A carrier (memory or UDP) delivers each to the node named in `to`. */

export interface Route {
  readonly target: string;
  readonly via: string | null;
}

/** The configuration of a network that a controller sends to a node; the daemon stores it on disk. */
export interface NetworkConfig {
  readonly name: string;
  readonly public: boolean;
  readonly revision: number;
  readonly mtu: number;
  readonly broadcast: boolean;
  readonly bridge: boolean;
  /** With prefix length, e.g. `10.99.0.70/24`. */
  readonly addresses: readonly string[];
  readonly routes: readonly Route[];
  readonly dns: { readonly domain: string; readonly servers: readonly string[] };
}

export type RefusalCode = 'ACCESS_DENIED' | 'NOT_FOUND' | 'AUTHENTICATION_REQUIRED' | 'CLIENT_TOO_OLD';

export interface Refusal {
  readonly code: RefusalCode;
  /** Only with AUTHENTICATION_REQUIRED. */
  readonly authenticationUrl?: string;
}

interface Envelope {
  readonly from: string;
  readonly to: string;
}

export type Message =
  | (Envelope & { readonly kind: 'hello'; readonly sentAt: number })
  | (Envelope & { readonly kind: 'hello-ok'; readonly sentAt: number })
  | (Envelope & { readonly kind: 'config-request'; readonly networkId: string; readonly identity: string })
  /** An answer or a push: the daemon treats both alike. */
  | (Envelope & { readonly kind: 'config'; readonly networkId: string; readonly config: NetworkConfig })
  | (Envelope & { readonly kind: 'refusal'; readonly networkId: string; readonly refusal: Refusal });
