import { Inject, Injectable } from '@nestjs/common';
import type { NatsTrust, Signer } from '@orrery/shared/bus';
import { explain, type HostId, type JoinReply } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { authorityOf, NATS_TRUST, SIGNER } from '../bus/buses.js';
import { API_CONFIG, type ApiConfig } from '../config.js';
import type { JoinedHost } from './join.repository.js';

/**
 * The reply to a known host: its identity, the address and credentials of NATS, and the keys whose signatures it must
 * trust.
 */
@Injectable()
export class JoinReplies {
  constructor(
    @Inject(SIGNER) private readonly signer: Signer,
    @Inject(NATS_TRUST) private readonly trust: NatsTrust | undefined,
    @Inject(API_CONFIG) private readonly config: ApiConfig,
  ) {}

  async to({ id, nodeId, name, key }: JoinedHost): Promise<JoinReply> {
    const url = new URL(this.config.agentNatsUrl.reveal());
    const { username, password } = url;
    const jwt = this.trust && key !== null ? await this.trust.hostJwt(id, key, this.config.hostJwtSeconds) : null;
    return {
      hostId: id,
      nodeId,
      name,
      nats: {
        url: `${url.protocol}//${url.host}`,
        jwt,
        user: username ? decodeURIComponent(username) : null,
        password: password ? decodeURIComponent(password) : null,
        ca: url.protocol === 'tls:' ? ((await authorityOf(this.config)) ?? null) : null,
      },
      signingKeys: [this.signer.publicKey],
    };
  }
}

export const removed = (host: HostId) =>
  new AppError({ kind: 'user', ...explain('unknown-host/not-joined', { id: host }) });

export const revoked = (name: string) =>
  new AppError({ kind: 'user', ...explain('host-revoked/host', { host: name }) });

export const keyTaken = () => new AppError({ kind: 'user', ...explain('proof-refused/key-in-use') });

export const nameTaken = (name: string) =>
  new AppError({ kind: 'user', ...explain('name-taken/joining-host', { name }) });
