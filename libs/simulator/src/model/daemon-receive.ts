import { rootsOf, type Daemon, type Peer, type Turn } from './daemon.js';
import { withManagedRoutes } from './managed-routes.js';
import type { Membership } from './membership.js';
import type { Message } from './messages.js';

function withMembership(daemon: Daemon, networkId: string, change: (was: Membership) => Membership): Daemon {
  const was = daemon.memberships[networkId];
  return was ? { ...daemon, memberships: { ...daemon.memberships, [networkId]: change(was) } } : daemon;
}

/** Any message from a node makes it a peer; one from a root also shows that the daemon is connected. */
export function heardFrom(daemon: Daemon, address: string, now: number, path: string | null, latency?: number): Daemon {
  if (address === daemon.identity.address) return daemon;
  const was = daemon.peers[address];
  const peer: Peer = {
    ...was,
    address,
    lastReceive: now,
    latency: latency ?? was?.latency ?? -1,
    path: path ?? was?.path ?? null,
  };
  return {
    ...daemon,
    peers: { ...daemon.peers, [address]: peer },
    lastSignOfRoot: rootsOf(daemon).includes(address) ? now : daemon.lastSignOfRoot,
  };
}

/**
 * Handles a message for the daemon (not for its controller). A refusal leaves the configuration, and so the addresses, as they were; a
 * configuration ends any refusal. `path` is where the message came from, `address/port`.
 */
export function receive(daemon: Daemon, message: Message, now: number, path: string | null = null): Turn<Daemon> {
  const latency = message.kind === 'hello-ok' ? Math.max(0, Math.round((now - message.sentAt) / 2)) : undefined;
  const heard = heardFrom(daemon, message.from, now, path, latency);
  switch (message.kind) {
    case 'hello':
      return {
        state: heard,
        out: [{ kind: 'hello-ok', from: daemon.identity.address, to: message.from, sentAt: message.sentAt }],
      };
    case 'config':
      return {
        state: withMembership(heard, message.networkId, (was) =>
          withManagedRoutes({
            ...was,
            config: message.config,
            configuredAt: now,
            installsRoutes: true,
            refusal: null,
          }),
        ),
        out: [],
      };
    case 'refusal':
      return {
        state: withMembership(heard, message.networkId, (was) => ({ ...was, refusal: message.refusal })),
        out: [],
      };
    case 'hello-ok':
    case 'config-request':
      return { state: heard, out: [] };
  }
}
