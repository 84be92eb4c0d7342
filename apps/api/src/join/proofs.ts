import { Injectable } from '@nestjs/common';
import { isProof } from '@orrery/shared/bus';
import { joinText, renewText, type JoinRequest, type RenewRequest, explain } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';
import { Nonces } from './nonces.js';

/** Whether hosts have the keys that they show. Throws AppError `proof-refused` when not. */
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
