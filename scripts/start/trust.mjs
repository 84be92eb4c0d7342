// Who is allowed to use NATS: the keys of this installation, created before its server starts for the first time.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * @param {{ secrets: string }} settings
 * @param {string} root
 * @returns {Promise<string>} the folder with `server.conf`
 */
export async function makeTrust({ secrets }, root) {
  const folder = join(secrets, 'nats');
  const program = join(root, 'node_modules/@orrery/shared/dist/bus/trust/make-trust.js');
  await promisify(execFile)(process.execPath, [program, folder]);
  return folder;
}
