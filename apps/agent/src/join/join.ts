import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UserKey } from '@orrery/shared/bus';
import { explain, type HostId } from '@orrery/shared/contracts';
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

/** The identity of this host: read from disk, or else requested from the API, however long that takes. */
export async function ensureJoined(config: JoinConfig, logger: Logger, signal: AbortSignal): Promise<HostRecord> {
  await ensurePrivateFolder(config.home);
  const known = await readHostRecord(config.home);
  // A host that joined before hosts had keys sends its first key now.
  const files = new HostKeyFiles(config.home);
  if (known && (await files.has())) return known;
  const record = await retry(async () => joinOnce(config, logger, await files.current(), known?.hostId), {
    signal,
    firstMs: 250,
    maxMs: 5_000,
    onFailure: (error, attempt, pauseMs) => {
      const { code, fix } = error as Partial<AppError>;
      const line = { event: 'join.failed', code, cause: describeError(error), fix, attempt, pauseMs };
      if (attempt === 1 || attempt % 10 === 0) logger.warn(line, 'cannot join yet; retrying');
    },
  });
  await writeHostRecord(config.home, record);
  logger.info({ event: 'join.done', host: record.hostId, name: record.name }, 'this host has joined');
  return record;
}

/** How long a removed host keeps trying to join; after that it only observes until its next start. */
const REJOIN_WITHIN_MS = 60_000;

/**
 * Joins again after this host was removed: as a new host, with everything of the old one set aside. If the API knows the old host
 * again (its database was restored), it stays that host. Undefined: it is not allowed to join.
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
    logger.warn(line, 'this host was removed and cannot join again: only observing until the next start');
    return undefined;
  });
  if (!record) return undefined;
  const isNew = record.hostId !== former.hostId;
  const keptIn = isNew ? await setAside(config.home, former.hostId) : undefined;
  if (isNew) await new HostKeyFiles(config.home).promoteNext();
  await writeHostRecord(config.home, record);
  const line = { event: 'join.again', host: record.hostId, name: record.name, former: former.hostId, keptIn };
  logger.warn(line, isNew ? 'this host was removed and has joined again' : 'the API knows this host again');
  return record;
}

/** The key of a removed host is no longer accepted, so this machine gets a new key as a new host. */
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
  // Reported once; it is not part of the host's record.
  if (ignoredLabels)
    logger.warn(
      {
        event: 'join.labels-ignored',
        ignored: ignoredLabels,
        fix: explain('labels-ignored/host', { host: record.name }).fix,
      },
      'the API did not accept the labels of ORRERY_HOST_LABELS: the join token does not let machines choose labels',
    );
  return record;
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * The ID of this installation, made once and durable before the first join. If the answer to a join is lost, the join is repeated
 * with the same ID and yields the same host.
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
