import { Module } from '@nestjs/common';
import { LoginWatch } from './login-watch.js';
import { LoginsRepository } from './logins.repository.js';

/** What is stored of logins, and when they end. `AuthModule` opens and identifies them. */
@Module({
  providers: [LoginWatch, LoginsRepository],
  exports: [LoginWatch, LoginsRepository],
})
export class LoginsModule {}
