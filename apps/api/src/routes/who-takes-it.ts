import { covers, isSameNetwork, overlaps, parsePrefix, type Prefix } from '@orrery/shared/addresses';
import { MAX_NOT_TAKEN, type HostRef, type MembershipSettings, type RouteAdded } from '@orrery/shared/contracts';

/** A host whose own daemon is in a network, as far as it matters to a route of it. */
export interface DaemonInNetwork {
  host: HostRef;
  /** What the host reaches by its routes, also by those of its ZeroTier devices; null: it has not said. */
  prefixes: readonly string[] | null;
  /** The setting of its membership; null: a person joined it. */
  allowManaged: MembershipSettings['allowManaged'] | null;
  allowDefault: boolean;
  /** What its daemon accepts of the network at present, as its agent decided; null: everything, or nothing is known. */
  list: readonly string[] | null;
  /** The routes of this network in its kernel. */
  ofNetwork: readonly string[];
}

export type WhoTakesIt = Required<Pick<RouteAdded, 'notTaken' | 'joinedAgain'>>;

/**
 * What the own daemons of hosts will do with a route to this prefix, as far as it can be known before. `notTaken`: they have a route of
 * their own to a part of it, or their membership accepts other prefixes only; a default route is no route of their own. `joinedAgain`: the
 * agent lets them accept what it looked at, a list that is read only when the device is made (docs/zerotier-facts.md#routes), so it joins
 * the network anew. What the policy of a host says is known to its agent alone.
 */
export function whoTakes(target: string, daemons: readonly DaemonInNetwork[]): WhoTakesIt {
  const asked = parsePrefix(target) as Prefix;
  const judged = daemons.map((daemon) => ({ daemon, host: daemon.host, cause: causeOf(asked, daemon) }));
  const notTaken = judged.flatMap(({ host, cause }) => (cause === undefined ? [] : [{ host, cause }]));
  const joinedAgain = judged.flatMap(({ daemon, host, cause }) =>
    cause === undefined && needsAnotherList(asked, daemon) ? [host] : [],
  );
  return { notTaken: notTaken.slice(0, MAX_NOT_TAKEN), joinedAgain: joinedAgain.slice(0, MAX_NOT_TAKEN) };
}

const needsAnotherList = (asked: Prefix, { allowManaged, allowDefault, list }: DaemonInNetwork): boolean =>
  allowManaged === true && !allowDefault && list !== null && !list.some((text) => coversIt(text, asked));

function causeOf(asked: Prefix, { prefixes, allowManaged, ofNetwork }: DaemonInNetwork): string | undefined {
  if (allowManaged === false) return 'its membership takes nothing of the network (allowManaged)';
  if (Array.isArray(allowManaged) && !allowManaged.some((text) => coversIt(text, asked)))
    return `its membership takes only ${allowManaged.join(', ')} (allowManaged)`;
  const taken = ofNetwork.flatMap((text) => parsePrefix(text) ?? []);
  const own = (prefixes ?? []).find((text) => {
    const prefix = parsePrefix(text);
    return (
      prefix && !isEverywhere(prefix) && overlaps(prefix, asked) && !taken.some((one) => isSameNetwork(one, prefix))
    );
  });
  return own === undefined ? undefined : `its own route ${own}`;
}

const coversIt = (text: string, asked: Prefix) => {
  const prefix = parsePrefix(text);
  return prefix !== undefined && covers(prefix, asked);
};

const isEverywhere = ({ bits, version }: Prefix) => bits < (version === 4 ? 8 : 17);
