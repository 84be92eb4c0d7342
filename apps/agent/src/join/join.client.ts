import { readFile } from 'node:fs/promises';
import { prove, type UserKey } from '@orrery/shared/bus';
import {
  JoinNonce,
  JoinReply,
  joinText,
  Problem,
  renewText,
  type HostId,
  type JoinRequest,
  type RenewRequest,
  explain,
  explainAgain,
} from '@orrery/shared/contracts';
import { AppError, describeError, Secret } from '@orrery/shared/runtime';
import { trustedFetch, UntrustedServer } from '@orrery/shared/tls';
import type { z } from 'zod';
import type { AgentConfig } from '../config.js';
import { apiTrust } from './api-trust.js';

const TIMEOUT_MS = 10_000;

type ApiConfig = Pick<AgentConfig, 'apiUrl' | 'apiPin' | 'apiCaFile' | 'joinSecretFile'>;

/** One attempt to join. Throws AppError; kind `user` means that a retry is useless until somebody acts. */
export async function requestJoin(
  config: ApiConfig,
  key: UserKey,
  who: Omit<JoinRequest, 'key' | 'nonce' | 'proof'>,
): Promise<JoinReply> {
  const secret = await readSecret(config.joinSecretFile);
  const { nonce } = await post(config, '/v1/join/nonce', {}, JoinNonce, { pinned: secret });
  const proof = prove(key.seed, joinText({ nonce, installation: who.installation }));
  const request: JoinRequest = { ...who, key: key.publicKey, nonce, proof };
  return post(config, '/v1/join', request, JoinReply, { pinned: secret, bearer: secret });
}

/** One attempt to renew this host's credentials. With `next`, that key replaces `key`. Throws like `requestJoin`. */
export async function requestRenewal(
  config: ApiConfig,
  host: HostId,
  key: UserKey,
  next?: UserKey,
): Promise<JoinReply> {
  // The secret was spent long ago, but it may hold the pin of our API.
  const secret = await readSecret(config.joinSecretFile).catch(() => undefined);
  const { nonce } = await post(config, '/v1/join/nonce', {}, JoinNonce, { pinned: secret });
  const text = renewText({ nonce, host, next: next?.publicKey });
  const request: RenewRequest = {
    host,
    key: key.publicKey,
    nonce,
    proof: prove(key.seed, text),
    ...(next ? { next: { key: next.publicKey, proof: prove(next.seed, text) } } : {}),
  };
  return post(config, '/v1/join/renew', request, JoinReply, { pinned: secret });
}

/** `pinned`: a secret that may contain the API's pin; `bearer`: the secret sent to the API. */
async function post<Schema extends z.ZodType>(
  config: ApiConfig,
  path: string,
  body: object,
  schema: Schema,
  { pinned, bearer }: { pinned?: Secret | undefined; bearer?: Secret },
): Promise<z.infer<Schema>> {
  const { apiUrl } = config;
  const init = {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(bearer ? { authorization: `Bearer ${bearer.reveal()}` } : {}),
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
  const response = await trustedFetch(`${apiUrl}${path}`, init, await apiTrust(config, pinned)).catch(
    (error: unknown) => {
      throw unreachable(apiUrl, error);
    },
  );
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw refused(response, answer);
  const reply = schema.safeParse(answer);
  if (reply.success) return reply.data;
  throw new AppError({
    kind: 'operational',
    ...explain('join-answer-unreadable/path', { url: apiUrl, path, error: reply.error.message }),
  });
}

function unreachable(apiUrl: string, error: unknown): AppError {
  if (error instanceof UntrustedServer)
    return new AppError({
      kind: 'operational',
      ...explain('api-untrusted/url', { url: apiUrl, error: error.message }),
      origin: error,
    });
  return new AppError({
    kind: 'operational',
    ...explain('api-unreachable/url', { url: apiUrl, error: reasonOf(error) }),
    origin: error,
  });
}

async function readSecret(file: string): Promise<Secret> {
  try {
    return new Secret((await readFile(file, 'utf8')).trim());
  } catch (error) {
    throw new AppError({
      kind: 'operational',
      ...explain('join-secret-unreadable/file', { error: describeError(error), file }),
      origin: error,
    });
  }
}

/** `details.retryAfter`: seconds to wait before the next attempt, if the API sent them. */
function refused({ status, headers }: Pick<Response, 'status' | 'headers'>, body: unknown): AppError {
  const problem = Problem.safeParse(body).data;
  const retryAfter = Number(headers.get('retry-after') ?? undefined);
  return new AppError({
    kind: status >= 400 && status < 500 && status !== 429 ? 'user' : 'operational',
    ...explainAgain({
      code: problem?.code ?? 'join-refused',
      cause: problem?.detail ?? `the API refused the join with status ${status}`,
      fix: problem?.fix,
    }),
    ...(retryAfter >= 0 ? { details: { retryAfter } } : {}),
  });
}

/** fetch reports only "fetch failed" and hides the reason in its cause. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error ? describeError(error.cause) : describeError(error);
