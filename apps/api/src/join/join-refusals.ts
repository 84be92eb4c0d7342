import type { HostId } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';

export const removed = (host: HostId) =>
  new AppError({
    code: 'unknown-host',
    kind: 'user',
    cause: `the host ${host} has not joined here, or was removed`,
    fix: 'Restart its agent with a join secret that is valid: it joins as a new host.',
  });

export const revoked = (name: string) =>
  new AppError({
    code: 'host-revoked',
    kind: 'user',
    cause: `the key of ${name} was revoked, or this is not the key that it joined with`,
    fix: `Let the machine join anew, in its place: orrery host add --replace ${name}`,
  });

export const keyTaken = () =>
  new AppError({
    code: 'proof-refused',
    kind: 'user',
    cause: 'another host has this key: the state folder of its agent was copied',
    fix: 'Delete the copy (ORRERY_AGENT_HOME) and let this machine join with a token of its own.',
  });

export const nameTaken = (name: string) =>
  new AppError({
    code: 'name-taken',
    kind: 'user',
    cause: `another host joined as ${name}`,
    fix: `Start the agent with another ORRERY_HOST_NAME; or, if that host is gone for good, forget it first: orrery host rm ${name}`,
  });
