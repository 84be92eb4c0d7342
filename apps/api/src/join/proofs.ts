import { Injectable } from '@nestjs/common';
import { isProof } from '@orrery/shared/bus';
import { explain, joinText, renewText, type JoinRequest, type RenewRequest } from '@orrery/shared/contracts';
import { AppError, type Secret } from '@orrery/shared/runtime';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const LIFE_MS = 60_000;

/**
 * Hosts sign a nonce to prove that they have a key, so that old proofs are useless. Nonces are not stored: a nonce
 * contains its expiry, and a code that only this installation can create.
 */
export class Nonces {
  constructor(
    private readonly secret: Secret,
    private readonly now: () => number = Date.now,
  ) {}

  issue(): string {
    const what = `${(this.now() + LIFE_MS).toString(36)}.${randomBytes(16).toString('base64url')}`;
    return `${what}.${this.#codeOf(what).toString('base64url')}`;
  }

  isGood(nonce: string): boolean {
    const [until = '', random = '', code = ''] = nonce.split('.');
    const given = Buffer.from(code, 'base64url');
    const expected = this.#codeOf(`${until}.${random}`);
    return (
      given.length === expected.length && timingSafeEqual(given, expected) && Number.parseInt(until, 36) > this.now()
    );
  }

  #codeOf(what: string): Buffer {
    return createHmac('sha256', this.secret.reveal()).update(what).digest();
  }
}

/** Checks that hosts have the keys that they present. Throws AppError `proof-refused` if not. */
@Injectable()
export class Proofs {
  constructor(private readonly nonces: Nonces) {}

  checkJoin(request: JoinRequest): void {
    this.#checkNonce(request.nonce);
    if (!isProof(request.key, joinText(request), request.proof))
      throw refused('the signature was not made with the key of the host');
  }

  checkRenewal({ nonce, host, key, proof, next }: RenewRequest): void {
    this.#checkNonce(nonce);
    const text = renewText({ nonce, host, next: next?.key });
    const proven = isProof(key, text, proof) && (!next || isProof(next.key, text, next.proof));
    if (!proven) throw refused('the signature was not made with the key of the host');
  }

  #checkNonce(nonce: string): void {
    if (!this.nonces.isGood(nonce)) throw refused('the nonce is not from this API, or older than a minute');
  }
}

const refused = (cause: string) => new AppError({ kind: 'user', ...explain('proof-refused', { cause }) });
