import { Global, Module } from '@nestjs/common';
import { join } from 'node:path';
import { newSigningKey, Signer } from '@orrery/shared/bus';
import { API_CONFIG, type ApiConfig } from '../config.js';
import { readOrMakeSecret } from '../secrets/secret-file.js';

/** Injection token of the `Signer` whose public key agents are given when they join. */
export const SIGNER = Symbol('SIGNER');

const loadSigner = async ({ secretsFolder }: ApiConfig) => {
  const pem = await readOrMakeSecret(join(secretsFolder, 'signing.key'), newSigningKey);
  return new Signer(pem.reveal());
};

@Global()
@Module({ providers: [{ provide: SIGNER, inject: [API_CONFIG], useFactory: loadSigner }], exports: [SIGNER] })
export class SigningModule {}
