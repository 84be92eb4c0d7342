import { Module } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { AuthModule } from '../auth/auth.module.js';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { AgentBundle } from '../install/agent-bundle.js';
import { InstallFilesController } from '../install/install-files.controller.js';
import { InstallController } from '../install/install.controller.js';
import { InstallService } from '../install/install.service.js';
import { MembershipsModule } from '../memberships/memberships.module.js';
import { readOrMakeSecret } from '../secrets/secret-file.js';
import { TlsRenewal } from '../tls/tls-renewal.js';
import { JoinController } from './join.controller.js';
import { Enrolment } from './enrolment.js';
import { JoinReplies } from './join-replies.js';
import { JoinRepository } from './join.repository.js';
import { JoinService } from './join.service.js';
import { Nonces, Proofs } from './proofs.js';
import { Renewals } from './renewals.service.js';

const openNonces = async ({ secretsFolder }: ApiConfig) =>
  new Nonces(await readOrMakeSecret(join(secretsFolder, 'nonce.key'), () => randomBytes(32).toString('base64url')));

/** How a machine becomes a host, from the installer to the key with which it connects. */
@Module({
  imports: [AuthModule, MembershipsModule],
  controllers: [JoinController, InstallController, InstallFilesController],
  providers: [
    { provide: Nonces, inject: [API_CONFIG], useFactory: openNonces },
    Proofs,
    JoinService,
    JoinRepository,
    JoinReplies,
    Enrolment,
    Renewals,
    InstallService,
    AgentBundle,
    TlsRenewal,
  ],
})
export class JoinModule {}
