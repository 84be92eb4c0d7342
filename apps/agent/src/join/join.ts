import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UserKey } from '@orrery/shared/bus';
import type { HostId } from '@orrery/shared/contracts';
import {
  describeError,
  ensurePrivateFolder,
  retry,
  type AppError,
  type Logger,
  steadyNow,
  writeFileDurably,
} from '@orrery/shared/runtime';
import type { AgentConfig } from '../config.js';
import { AGENT_VERSION } from '../version.js';
import { HostKeyFiles } from './host-key.js';
import { readHostRecord, writeHostRecord, type HostRecord } from './host-record.js';
import { requestJoin, requestRenewal } from './join.client.js';
import { setAside } from './set-aside.js';

type JoinConfig = Pick<
  AgentConfig,
  'home' | 'apiUrl' | 'apiPin' | 'apiCaFile' | 'joinSecretFile' | 'hostName' | 'hostLabels' | 'simulate'
>;

/** Who this host is: what is on disk, else what the API says when asked, for as long as it takes. */
export async function ensureJoined(config: JoinConfig, logger: Logger, signal: AbortSignal): Promise<HostRecord> {
  await ensurePrivateFolder(config.home);
  const known = await readHostRecord(config.home);
  // One that joined before hosts had keys shows its first one.
  const files = new HostKeyFiles(config.home);
  if (known && (await files.has())) return known;
  const record = await retry(async () => joinOnce(config, logger, await files.current(), known?.hostId), {
    signal,
    firstMs: 250,
    maxMs: 5_000,
    onFailure: (error, attempt, pauseMs) => {
      const { code, fix } = error as Partial<AppError>;
      const line = { event: 'join.failed', code, cause: describeError(error), fix, attempt, pauseMs };
      if (attempt === 1 || attempt % 10 === 0) logger.warn(line, 'cannot join yet; trying on');
    },
  });
  await writeHostRecord(config.home, record);
  logger.info({ event: 'join.done', host: record.hostId, name: record.name }, 'this host has joined');
  return record;
}

/** A host that was removed asks for so long; then it only watches, until its next start. */
const REJOIN_WITHIN_MS = 60_000;

/**
 * Joins anew after this host was removed: as a new host, with everything of the old one set aside. When the API knows the old one
 * again (its database was restored), it stays that. Undefined: it may not join.
 */
export async function rejoin(
  config: JoinConfig,
  former: HostRecord,
  logger: Logger,
  signal: AbortSignal,
): Promise<HostRecord | undefined> {
  const end = steadyNow() + REJOIN_WITHIN_MS;
  const isFinal = (error: unknown) => {
    const { kind, code } = error as Partial<AppError>;
    return kind === 'user' || code === 'join-secret-unreadable' || steadyNow() > end;
  };
  const options = { signal, firstMs: 250, maxMs: 5_000, isFinal };
  const record = await retry(() => knownAgainOrNew(config, former, logger), options).catch((error) => {
    signal.throwIfAborted();
    const { code, fix } = error as Partial<AppError>;
    const line = { event: 'join.not-again', host: former.hostId, code, cause: describeError(error), fix };
    logger.warn(line, 'this host was removed and cannot join anew: only watching until the next start');
    return undefined;
  });
  if (!record) return undefined;
  const isNew = record.hostId !== former.hostId;
  const keptIn = isNew ? await setAside(config.home, former.hostId) : undefined;
  if (isNew) await new HostKeyFiles(config.home).promoteNext();
  await writeHostRecord(config.home, record);
  const line = { event: 'join.again', host: record.hostId, name: record.name, former: former.hostId, keptIn };
  logger.warn(line, isNew ? 'this host was removed and has joined anew' : 'the API knows this host again');
  return record;
}

/** The key of a host that was removed lets nobody in any more: as a new host this machine has a new one. */
async function knownAgainOrNew(config: JoinConfig, former: HostRecord, logger: Logger): Promise<HostRecord> {
  const files = new HostKeyFiles(config.home);
  try {
    return await requestRenewal(config, former.hostId, await files.current());
  } catch (error) {
    if ((error as Partial<AppError>).code !== 'unknown-host') throw error;
    return joinOnce(config, logger, await files.makeNext());
  }
}

async function joinOnce(config: JoinConfig, logger: Logger, key: UserKey, host?: HostId): Promise<HostRecord> {
  const { ignoredLabels, ...record } = await requestJoin(config, key, {
    name: config.hostName,
    labels: config.hostLabels,
    simulated: config.simulate,
    agentVersion: AGENT_VERSION,
    installation: await installationId(config.home),
    ...(host ? { host } : {}),
  });
  // It was said once, and is nothing that this host is.
  if (ignoredLabels)
    logger.warn(
      {
        event: 'join.labels-ignored',
        ignored: ignoredLabels,
        fix: `Give the host its labels where you manage it: orrery host set ${record.name} --label KEY=VALUE. Next time put them on the token (-l KEY=VALUE), or make it with --own-labels.`,
      },
      'the API did not take the labels of ORRERY_HOST_LABELS: the join token does not let machines choose labels',
    );
  return record;
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * The id of this installation, made once and durable before the first join: a join whose answer was lost is repeated with
 * the same id and gets the same host.
 */
export async function installationId(home: string): Promise<string> {
  const file = join(home, 'installation');
  const known = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (known !== undefined && /^[a-z2-7]{32,64}$/.test(known.trim())) return known.trim();
  const made = Array.from(randomBytes(32), (byte) => ALPHABET[byte & 31]).join('');
  await writeFileDurably(file, made);
  return made;
}
