import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { addressInKernel } from './launch/kernel-address.js';

const run = promisify(execFile);

/** Whether an echo request from the network namespace of a process was answered within 0.2 s. */
export const answers = (pid: number, address: string): Promise<boolean> =>
  run('nsenter', [`--net=/proc/${pid}/ns/net`, '--', 'ping', '-n', '-c', '1', '-W', '0.2', address]).then(
    () => true,
    () => false,
  );

/** The address with this beginning in the network namespace of a process, as soon as its kernel has it. */
export async function addressAt(pid: number, prefix: string): Promise<string> {
  await addressInKernel(pid, prefix);
  const { stdout } = await run('nsenter', [`--net=/proc/${pid}/ns/net`, '--', 'ip', '-4', '-o', 'addr']);
  const address = new RegExp(`inet (${prefix.replaceAll('.', '\\.')}\\d+)/`).exec(stdout)?.[1];
  if (!address) throw new Error(`no address ${prefix}*`);
  return address;
}
