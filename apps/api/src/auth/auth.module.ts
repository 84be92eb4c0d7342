import { Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { join } from 'node:path';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { readOrMakeSecret } from '../secrets/secret-file.js';
import { JoinTokensModule } from '../join-tokens/join-tokens.module.js';
import { StoreModule } from '../database/store.module.js';
import { AccessRefusals } from './access-refusals.js';
import { AuthGuard } from './auth.guard.js';
import { Authenticator } from './authenticator.js';
import { newToken } from './bearer.js';
import { JoinSecret } from './join-secret.js';
import { FailureThrottles } from './failure-throttle.js';
import { RequestGate } from './request-gate.js';
import { TokensRepository } from './tokens.repository.js';
import { ADMIN_TOKEN, TokensService } from './tokens.service.js';
import { VisibilityInterceptor } from './visibility.interceptor.js';

/**
 * Both secrets are created at the first start, mode 0600; a person or the start script reads them from the state
 * folder.
 */
const readAdminToken = ({ secretsFolder }: ApiConfig) =>
  readOrMakeSecret(join(secretsFolder, 'admin.token'), () => newToken('ora'));
const readJoinSecret = async ({ joinSecretFile }: ApiConfig) =>
  new JoinSecret(await readOrMakeSecret(joinSecretFile, () => newToken('orj')));

@Module({
  imports: [JoinTokensModule, StoreModule],
  providers: [
    { provide: ADMIN_TOKEN, inject: [API_CONFIG], useFactory: readAdminToken },
    { provide: JoinSecret, inject: [API_CONFIG], useFactory: readJoinSecret },
    { provide: FailureThrottles, useFactory: () => new FailureThrottles() },
    RequestGate,
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_INTERCEPTOR, useClass: VisibilityInterceptor },
    { provide: Authenticator, useExisting: TokensService },
    AccessRefusals,
    TokensRepository,
    TokensService,
  ],
  exports: [AccessRefusals, JoinSecret, FailureThrottles, RequestGate],
})
export class AuthModule {}
