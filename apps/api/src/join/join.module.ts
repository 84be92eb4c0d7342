import { Module } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { AuthModule } from '../auth/auth.module.js';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { JoinTokensModule } from '../join-tokens/join-tokens.module.js';
import { MembershipsModule } from '../memberships/memberships.module.js';
import { StoreModule } from '../database/store.module.js';
import { SigningModule } from '../bus/signing.module.js';
import { readOrMakeSecret } from '../secrets/secret-file.js';
import { JoinController } from './join.controller.js';
import { Enrolment } from './enrolment.js';
import { JoinReplies } from './join-replies.js';
import { JoinRepository } from './join.repository.js';
import { JoinService } from './join.service.js';
import { Nonces } from './nonces.js';
import { Proofs } from './proofs.js';
import { Renewals } from './renewals.service.js';

const openNonces = async ({ secretsFolder }: ApiConfig) =>
  new Nonces(await readOrMakeSecret(join(secretsFolder, 'nonce.key'), () => randomBytes(32).toString('base64url')));

@Module({
  imports: [StoreModule, SigningModule, AuthModule, JoinTokensModule, MembershipsModule],
  controllers: [JoinController],
  providers: [
    { provide: Nonces, inject: [API_CONFIG], useFactory: openNonces },
    Proofs,
    JoinService,
    JoinRepository,
    JoinReplies,
    Enrolment,
    Renewals,
  ],
})
export class JoinModule {}
