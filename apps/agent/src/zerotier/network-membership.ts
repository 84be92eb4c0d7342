import type { MembershipSettings, NetworkId } from '@orrery/shared/contracts';
import { StepError } from '@orrery/shared/machine';
import { flagsOf, type DaemonNetwork, type NetworkFlags } from './local-api.js';
import { assertExpected, type NodeDoor } from './node-door.js';
import { allowManagedList, listOf, sameList, settingsFile } from '../pure/settings-file.js';

/**
 * Joins a network with its settings, and looks whether that is so: the daemon answers 200 to joins that failed (docs/zerotier-facts.md#joining). From here to OK a
 * running node takes about four seconds, also when it is authorized before: zerotier-one loses its first request, and sends the next seconds
 * later. Only a network that stands in networks.d at the start is quicker (half a second).
 */
export async function joinNetwork(
  door: NodeDoor,
  network: NetworkId,
  settings: MembershipSettings,
  signal?: AbortSignal,
): Promise<void> {
  await expectNode(door, signal);
  const list = listOf(settings);
  // The daemon reads the file when it makes the device, within the join: it has to stand there before.
  if (list) await door.settings.write(network, settingsFile(settings), signal);
  await post(door, network, flagsOf(settings), signal);
  const joined = await door.api.network(network, signal);
  if (!joined) throw await noDevice(door, network, signal);
  if (list) await restoreList(door, network, settings, signal);
  assertTaken(joined, flagsOf(settings));
}

/**
 * Changes the settings of a network that is joined. Flags go over the API. A list is read only when the device is made: for a new list,
 * or for none instead of one, the node leaves and joins again. So it does to have its addresses managed again.
 */
export async function configureNetwork(
  door: NodeDoor,
  network: NetworkId,
  settings: MembershipSettings,
  signal?: AbortSignal,
): Promise<void> {
  await expectNode(door, signal);
  const current = await door.api.network(network, signal);
  const list = allowManagedList(await door.settings.read(network, signal));
  if (current && sameList(list, listOf(settings)) && !isSwitchedOn(current, settings)) {
    await post(door, network, flagsOf(settings), signal);
    if (list) await restoreList(door, network, settings, signal);
    return assertTaken(await door.api.network(network, signal), flagsOf(settings));
  }
  await joinAgain(door, network, settings, current !== undefined, signal);
}

/**
 * Has the daemon make the device anew: one whose device somebody deleted goes on saying OK for ever, and so does one that forgot to
 * put its address there (1.14.1, recorded).
 */
export async function repairNetwork(
  door: NodeDoor,
  network: NetworkId,
  settings: MembershipSettings,
  signal?: AbortSignal,
): Promise<void> {
  await expectNode(door, signal);
  const isJoined = (await door.api.network(network, signal)) !== undefined;
  await joinAgain(door, network, settings, isJoined, signal);
}

async function joinAgain(
  door: NodeDoor,
  network: NetworkId,
  settings: MembershipSettings,
  isJoined: boolean,
  signal?: AbortSignal,
): Promise<void> {
  // First the file, which leaving removes again: where it may not be written nothing is left.
  if (listOf(settings)) await door.settings.write(network, settingsFile(settings), signal);
  if (isJoined) await door.api.leave(network, signal);
  await joinNetwork(door, network, settings, signal);
}

/** Told to manage addresses again, the daemon leaves the interface without one in a quarter of all cases (1.14.1, tried 24 times). */
const isSwitchedOn = (current: DaemonNetwork, settings: MembershipSettings): boolean =>
  !current.allowManaged && settings.allowManaged !== false;

export async function leaveNetwork(door: NodeDoor, network: NetworkId, signal?: AbortSignal): Promise<void> {
  await expectNode(door, signal);
  await door.api.leave(network, signal);
  if (await door.api.network(network, signal))
    throw new StepError({
      code: 'unexpected',
      cause: `zerotier-one is still in ${network} after leaving it`,
      fix: 'It is tried again.',
      transient: true,
    });
}

async function expectNode(door: NodeDoor, signal?: AbortSignal): Promise<void> {
  assertExpected(await door.api.status(signal), door.expected);
}

/** An answer that did not come says nothing: the network itself is asked for afterwards, in any case. */
async function post(door: NodeDoor, network: NetworkId, flags: NetworkFlags, signal?: AbortSignal): Promise<void> {
  try {
    await door.api.join(network, flags, signal);
  } catch (error) {
    if (signal?.aborted || !(await door.api.network(network, signal))) throw error;
  }
}

/** Every POST overwrites the file with flags; the list in the daemon's memory stays, and would be gone after its next start. */
async function restoreList(
  door: NodeDoor,
  network: NetworkId,
  settings: MembershipSettings,
  signal?: AbortSignal,
): Promise<void> {
  await door.settings.write(network, settingsFile(settings), signal);
  if (sameList(allowManagedList(await door.settings.read(network, signal)), listOf(settings))) return;
  throw new StepError({
    code: 'settings-refused',
    cause: `the list for allowManaged of ${network} did not stay in its settings file`,
    fix: 'Look whether another program changes the networks of this node.',
    transient: true,
  });
}

function assertTaken(network: DaemonNetwork | undefined, flags: NetworkFlags): void {
  const refused = Object.entries(flags).filter(([key, value]) => network?.[key as keyof NetworkFlags] !== value);
  if (refused.length === 0) return;
  throw new StepError({
    code: 'settings-refused',
    cause: `zerotier-one did not take ${refused.map(([key, value]) => `${key}=${value}`).join(', ')}`,
    fix: 'Look whether another program changes the networks of this node.',
    transient: true,
  });
}

async function noDevice(door: NodeDoor, network: NetworkId, signal?: AbortSignal): Promise<StepError> {
  const found = await door.diagnose(signal);
  if (found) return new StepError(found);
  return new StepError({
    code: 'unexpected',
    cause: `zerotier-one answered the join of ${network} and is not in it: it could make no interface`,
    fix: 'See its log; a missing /dev/net/tun and a missing NET_ADMIN are the usual causes.',
    transient: true,
  });
}
