import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { describeError } from '@orrery/shared/runtime';
import type { MachineEvidence } from '@orrery/shared/machine';

const DEVICE = '/dev/net/tun';

/** Tries to open the TUN device, which changes nothing: an interface exists only once it is configured. */
export async function seeTun(): Promise<MachineEvidence['tun']> {
  try {
    const { mode } = await stat(DEVICE);
    const forAll = (mode & 0o006) === 0o006;
    await (await open(DEVICE, constants.O_RDWR)).close();
    return { known: true, value: { state: 'usable', forAll } };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENXIO' || code === 'ENODEV')
      return { known: true, value: { state: 'absent', forAll: false } };
    // A device cgroup answers EPERM. EACCES is about the user of the agent, not about the device.
    if (code === 'EPERM') return { known: true, value: { state: 'denied', forAll: false } };
    return { known: false, why: `${DEVICE} cannot be opened: ${describeError(error)}` };
  }
}
