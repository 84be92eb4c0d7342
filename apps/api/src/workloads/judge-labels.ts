import {
  explain,
  explainAgain,
  readLabels,
  type Explained,
  type FindingCode,
  type LabelTrouble,
  type NetworkId,
  type NodeAddress,
  type ObservedWorkload,
} from '@orrery/shared/contracts';
import { contains } from '../networks/check-config.js';

/** A network as far as labels are concerned. */
export interface LabelNetwork {
  id: NetworkId;
  /** Null: nobody gave it one. */
  name: string | null;
  /** Its owner lets labels ask for it. */
  labels: boolean;
  /** Prefixes of its routes; null: Orrery does not keep it, and cannot give out its addresses. */
  routes: readonly string[] | null;
}

/** Who has an address in a network, according to its controller and to what people decided. */
export interface AddressHolder {
  /** ZeroTier address of the node. */
  address: NodeAddress;
  /** As people write it: a node of ours, or the ZeroTier address. */
  name: string;
}

/** What labels are judged by. */
export interface LabelGround {
  /** By what a label calls it: a name or an ID. */
  network(reference: string): LabelNetwork | undefined;
  holders(network: NetworkId, address: string): readonly AddressHolder[];
}

type Refusal = Explained<Extract<FindingCode, 'label-without-effect'>>;

/** A network that a label asks for. */
export interface JudgedClaim {
  /** As the label calls it. */
  network: string;
  /** Null: there is no such network. */
  id: NetworkId | null;
  address: string | null;
  /** Why the label has no effect; undefined: it has one. */
  refusal?: Refusal;
  /** Whether a membership that the label made must end: its network's owner no longer agrees. */
  ends?: true;
}

export interface JudgedLabels {
  claims: JudgedClaim[];
  troubles: LabelTrouble[];
}

/**
 * Judges what the labels of a workload ask for: both owners must agree. Its host's owner has spoken in `denied`. `own`: the
 * ZeroTier address of its node, if it has one already.
 */
export function judgeLabels(observed: ObservedWorkload, own: NodeAddress | null, ground: LabelGround): JudgedLabels {
  const { isEnabled, claims, troubles } = readLabels(observed.labels ?? {});
  if (!isEnabled) return { claims: [], troubles };
  const judged = claims.map(({ network: reference, address }): JudgedClaim => {
    const network = ground.network(reference);
    const claim = { network: reference, id: network?.id ?? null, address };
    const why = refusalOf(observed, network, claim, own, ground);
    return { ...claim, ...why };
  });
  return withoutRepetitions(judged, troubles);
}

function refusalOf(
  { denied, unsuitable }: ObservedWorkload,
  network: LabelNetwork | undefined,
  { network: reference, address }: JudgedClaim,
  own: NodeAddress | null,
  ground: LabelGround,
): Pick<JudgedClaim, 'refusal' | 'ends'> {
  if (!network) return { refusal: explain('label-without-effect/no-network', { network: reference }) };
  if (!network.labels && network.name === null)
    return { refusal: explain('label-without-effect/unnamed', { network: reference }), ends: true };
  if (!network.labels)
    return { refusal: explain('label-without-effect/network-off', { network: reference }), ends: true };
  const local = unsuitable ?? denied;
  if (local) return { refusal: explainAgain({ code: 'label-without-effect', cause: local.cause, fix: local.fix }) };
  if (address === null) return {};
  if (network.routes === null)
    return { refusal: explain('label-without-effect/not-kept', { network: reference, address }) };
  if (!network.routes.some((route) => contains(route, address)))
    return { refusal: explain('label-without-effect/address-outside', { network: reference, address }) };
  const holder = ground.holders(network.id, address).find((one) => one.address !== own);
  if (!holder) return {};
  return {
    refusal: explain('label-without-effect/address-taken', { network: reference, address, holder: holder.name }),
  };
}

/** A network can be named twice, by its name and by its ID. */
function withoutRepetitions(claims: readonly JudgedClaim[], troubles: readonly LabelTrouble[]): JudgedLabels {
  const conflicts: LabelTrouble[] = [];
  const kept = claims.filter((claim, index) => {
    const first = claims.findIndex(({ id }) => id !== null && id === claim.id);
    const twin = claims.find((other) => other !== claim && claim.id !== null && other.id === claim.id);
    if (!twin) return true;
    if (twin.address === claim.address) return first === index;
    if (first === index) conflicts.push(explain('label-conflict/twice', { one: claim.network, other: twin.network }));
    return false;
  });
  return { claims: kept, troubles: [...troubles, ...conflicts] };
}
