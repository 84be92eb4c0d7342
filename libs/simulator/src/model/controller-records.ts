/** The controller's records exactly as its API shows them: the JSON is the record. */

export interface NetworkRecord {
  readonly authTokens: unknown;
  readonly authorizationEndpoint: string;
  readonly capabilities: readonly unknown[];
  readonly clientId: string;
  readonly creationTime: number;
  /** An empty array until somebody sets it, an object afterwards. */
  readonly dns: unknown;
  readonly enableBroadcast: boolean;
  readonly id: string;
  readonly ipAssignmentPools: readonly { readonly ipRangeEnd: string; readonly ipRangeStart: string }[];
  readonly mtu: number;
  readonly multicastLimit: number;
  readonly name: string;
  readonly nwid: string;
  readonly objtype: 'network';
  readonly private: boolean;
  readonly remoteTraceLevel: number;
  readonly remoteTraceTarget: string | null;
  readonly revision: number;
  readonly routes: readonly { readonly target: string; readonly via: string | null }[];
  readonly rules: readonly unknown[];
  readonly rulesSource: string;
  readonly ssoEnabled: boolean;
  readonly tags: readonly unknown[];
  readonly v4AssignMode: { readonly zt: boolean };
  readonly v6AssignMode: { readonly '6plane': boolean; readonly rfc4193: boolean; readonly zt: boolean };
}

export interface MemberRecord {
  readonly activeBridge: boolean;
  readonly address: string;
  readonly authenticationExpiryTime: number;
  readonly authorized: boolean;
  readonly capabilities: readonly number[];
  readonly creationTime: number;
  readonly id: string;
  /** Absent until the node has asked once. */
  readonly identity?: string;
  readonly ipAssignments: readonly string[];
  readonly lastAuthorizedCredential: string | null;
  readonly lastAuthorizedCredentialType: string | null;
  readonly lastAuthorizedTime: number;
  readonly lastDeauthorizedTime: number;
  readonly name?: string;
  readonly noAutoAssignIps: boolean;
  readonly nwid: string;
  readonly objtype: 'member';
  readonly remoteTraceLevel: number;
  readonly remoteTraceTarget: string | null;
  readonly revision: number;
  readonly ssoExempt: boolean;
  readonly tags: readonly (readonly number[])[];
  readonly vMajor: number;
  readonly vMinor: number;
  readonly vProto: number;
  readonly vRev: number;
}

export const newNetwork = (id: string, now: number): NetworkRecord => ({
  authTokens: [null],
  authorizationEndpoint: '',
  capabilities: [],
  clientId: '',
  creationTime: now,
  dns: [],
  enableBroadcast: true,
  id,
  ipAssignmentPools: [],
  mtu: 2800,
  multicastLimit: 32,
  name: '',
  nwid: id,
  objtype: 'network',
  private: true,
  remoteTraceLevel: 0,
  remoteTraceTarget: null,
  revision: 0,
  routes: [],
  rules: [{ not: false, or: false, type: 'ACTION_ACCEPT' }],
  rulesSource: '',
  ssoEnabled: false,
  tags: [],
  v4AssignMode: { zt: false },
  v6AssignMode: { '6plane': false, rfc4193: false, zt: false },
});

export const newMember = (nwid: string, address: string, now: number): MemberRecord => ({
  activeBridge: false,
  address,
  authenticationExpiryTime: 0,
  authorized: false,
  capabilities: [],
  creationTime: now,
  id: address,
  ipAssignments: [],
  lastAuthorizedCredential: null,
  lastAuthorizedCredentialType: null,
  lastAuthorizedTime: 0,
  lastDeauthorizedTime: 0,
  noAutoAssignIps: false,
  nwid,
  objtype: 'member',
  remoteTraceLevel: 0,
  remoteTraceTarget: null,
  revision: 0,
  ssoExempt: false,
  tags: [],
  vMajor: -1,
  vMinor: -1,
  vProto: -1,
  vRev: -1,
});
