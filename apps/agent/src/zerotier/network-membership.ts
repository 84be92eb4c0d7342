import { explain, type MembershipSettings, type NetworkId } from '@orrery/shared/contracts';
import { StepError } from '@orrery/shared/machine';
import { flagsOf, type DaemonNetwork, type NetworkFlags } from './local-api.js';
import { assertExpected, type NodeDoor } from './node-door.js';
import { allowManagedList, listOf, sameList, settingsFile } from '../pure/settings-file.js';

/**
 * Joins a network with its settings and checks the result, because the daemon answers 200 even to failed joins
 * (docs/zerotier-facts.md#joining). A running node takes about four seconds to reach OK, even if it was authorized
 * before: zerotier-one loses its first request and sends the next one seconds later. Only a network that is in
 * networks.d at the start is quicker (half a second).
 */
export async function joinNetwork(
  door: NodeDoor,
  network: NetworkId,
  settings: MembershipSettings,
  signal?: AbortSignal,
): Promise<void> {
  await expectNode(door, signal);
  const list = listOf(settings);
  // The daemon reads the file when it creates the device during the join, so write it first.
  if (list) await door.settings.write(network, settingsFile(settings), signal);
  await post(door, network, flagsOf(settings), signal);
  const joined = await door.api.network(network, signal);
  if (!joined) throw await noDevice(door, network, signal);
  if (list) await restoreList(door, network, settings, signal);
  assertTaken(joined, flagsOf(settings));
}

/**
 * Changes the settings of a joined network. Flags go over the API. The daemon reads a list only when it creates the
 * device, so the node leaves and joins again if a list is added, changed or removed. It also does so to have addresses
 * managed again.
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
 * Makes the daemon recreate the device. If somebody deleted it, or if the daemon failed to set its address, the daemon
 * keeps reporting OK forever (1.14.1, recorded).
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
  // Write the file first, although leaving removes it: if it cannot be written, do not leave the network.
  if (listOf(settings)) await door.settings.write(network, settingsFile(settings), signal);
  if (isJoined) await door.api.leave(network, signal);
  await joinNetwork(door, network, settings, signal);
}

/**
 * When addresses become managed again, the daemon leaves the interface without one in a quarter of 24 tries (1.14.1).
 */
const isSwitchedOn = (current: DaemonNetwork, settings: MembershipSettings): boolean =>
  !current.allowManaged && settings.allowManaged !== false;

export async function leaveNetwork(door: NodeDoor, network: NetworkId, signal?: AbortSignal): Promise<void> {
  await expectNode(door, signal);
  await door.api.leave(network, signal);
  if (await door.api.network(network, signal))
    throw new StepError({
      ...explain('unexpected/trying-again', { cause: `zerotier-one is still in ${network} after leaving it` }),
      transient: true,
    });
}

async function expectNode(door: NodeDoor, signal?: AbortSignal): Promise<void> {
  assertExpected(await door.api.status(signal), door.expected);
}

/** A missing answer proves nothing, so the network itself is checked afterwards. */
async function post(door: NodeDoor, network: NetworkId, flags: NetworkFlags, signal?: AbortSignal): Promise<void> {
  try {
    await door.api.join(network, flags, signal);
  } catch (error) {
    if (signal?.aborted || !(await door.api.network(network, signal))) throw error;
  }
}

/**
 * Every POST overwrites the file with flags. The list stays in the daemon's memory, but would be lost at its next
 * start.
 */
async function restoreList(
  door: NodeDoor,
  network: NetworkId,
  settings: MembershipSettings,
  signal?: AbortSignal,
): Promise<void> {
  await door.settings.write(network, settingsFile(settings), signal);
  if (sameList(allowManagedList(await door.settings.read(network, signal)), listOf(settings))) return;
  throw new StepError({
    ...explain('settings-refused/list-lost', { network }),
    transient: true,
  });
}

function assertTaken(network: DaemonNetwork | undefined, flags: NetworkFlags): void {
  const refused = Object.entries(flags).filter(([key, value]) => network?.[key as keyof NetworkFlags] !== value);
  if (refused.length === 0) return;
  throw new StepError({
    ...explain('settings-refused/flags', { flags: refused.map(([key, value]) => `${key}=${value}`).join(', ') }),
    transient: true,
  });
}

async function noDevice(door: NodeDoor, network: NetworkId, signal?: AbortSignal): Promise<StepError> {
  const found = await door.diagnose(signal);
  if (found) return new StepError(found);
  return new StepError({
    ...explain('unexpected/no-interface', { network }),
    transient: true,
  });
}
