import type { NetworkId } from '@orrery/shared/contracts';
import type { DockerSystem } from './docker-system.js';

export interface KeptRecord {
  authorized: boolean;
  ipAssignments: string[];
}

/**
 * What a controller that Orrery launched says about one node in one network; rejects when it has no such record. Asked
 * from inside.
 */
export async function recordAt(
  world: DockerSystem,
  controller: string,
  network: NetworkId,
  address: string,
): Promise<KeptRecord> {
  const url = `http://127.0.0.1:$(cat /var/lib/zerotier-one/zerotier-one.port)/controller/network/${network}/member/${address}`;
  const ask = `curl -sf -m 10 -H "X-ZT1-Auth: $(cat /var/lib/zerotier-one/authtoken.secret)" ${url}`;
  const { authorized, ipAssignments } = JSON.parse(await world.inside(controller, 'sh', '-c', ask)) as KeptRecord;
  return { authorized, ipAssignments };
}
