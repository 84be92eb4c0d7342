import { Injectable } from '@nestjs/common';
import type { HostId, JoinRequest } from '@orrery/shared/contracts';
import { existing, HostEntity } from '../database/entities/host.entity.js';
import { NodeEntity } from '../database/entities/node.entity.js';
import type { Transaction } from '../database/sql.js';

export type JoinedHost = Pick<HostEntity, 'id' | 'nodeId' | 'name' | 'key' | 'rotationBy'> & { isRevoked: boolean };

@Injectable()
export class JoinRepository {
  /** Until the end of the transaction: requests of one installation are handled one after the other. */
  async lock(tx: Transaction, installation: string): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [installation]);
  }

  async byInstallation(tx: Transaction, installation: string): Promise<JoinedHost | undefined> {
    return toJoined(await tx.findOneBy(HostEntity, { installation, ...existing }));
  }

  async byId(tx: Transaction, id: HostId): Promise<JoinedHost | undefined> {
    return toJoined(await tx.findOneBy(HostEntity, { id, ...existing }));
  }

  /** Locks the row until the end of the transaction, so that its key is changed only once. */
  async lockById(tx: Transaction, id: HostId): Promise<JoinedHost | undefined> {
    const lock = { mode: 'pessimistic_write' as const };
    return toJoined(await tx.findOne(HostEntity, { where: { id, ...existing }, lock }));
  }

  /** Another machine replaces the one that was this host. */
  async replace(tx: Transaction, id: HostId, installation: string): Promise<void> {
    await tx.update(HostEntity, { id }, { installation });
  }

  async byName(tx: Transaction, name: string): Promise<JoinedHost | undefined> {
    return toJoined(await tx.findOneBy(HostEntity, { name, ...existing }));
  }

  /** Adds the host, the node of its own daemon, and a row for observations. */
  async add(
    tx: Transaction,
    { id, nodeId }: Pick<JoinedHost, 'id' | 'nodeId'>,
    { name, labels, simulated, installation, agentVersion, key }: JoinRequest,
  ): Promise<void> {
    await tx.insert(HostEntity, { id, nodeId, name, labels, simulated, installation, key });
    await tx.insert(NodeEntity, { id: nodeId, hostId: id, kind: 'host' });
    await tx.query('INSERT INTO host_status (host_id, agent_version) VALUES ($1, $2)', [id, agentVersion]);
  }
}

const toJoined = (host: HostEntity | null): JoinedHost | undefined => {
  if (!host) return undefined;
  const { id, nodeId, name, key, keyRevokedAt, rotationBy } = host;
  return { id, nodeId, name, key, rotationBy, isRevoked: keyRevokedAt !== null };
};
