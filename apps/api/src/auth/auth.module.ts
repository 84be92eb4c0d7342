import { Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { join } from 'node:path';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { readOrMakeSecret } from '../secrets/secret-file.js';
import { ChangesModule } from '../changes/changes.module.js';
import { JoinTokensController } from '../join-tokens/join-tokens.controller.js';
import { JoinTokensRepository } from '../join-tokens/join-tokens.repository.js';
import { JoinTokens } from '../join-tokens/join-tokens.service.js';
import { LoginsController } from '../logins/logins.controller.js';
import { LoginsModule } from '../logins/logins.module.js';
import { Logins } from '../logins/logins.service.js';
import { TokenList } from '../tokens/token-list.repository.js';
import { Tokens } from '../tokens/token-list.service.js';
import { TokensController } from '../tokens/tokens.controller.js';
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

/** Who may do what: tokens of people and programs, logins of pages, and tokens with which machines join. */
@Module({
  imports: [ChangesModule, LoginsModule],
  controllers: [TokensController, LoginsController, JoinTokensController],
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
    Logins,
    Tokens,
    TokenList,
    JoinTokens,
    JoinTokensRepository,
  ],
  exports: [AccessRefusals, JoinSecret, FailureThrottles, RequestGate, JoinTokens],
})
export class AuthModule {}
