import { explain, type HostId } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';

export const removed = (host: HostId) =>
  new AppError({ kind: 'user', ...explain('unknown-host/not-joined', { id: host }) });

export const revoked = (name: string) =>
  new AppError({ kind: 'user', ...explain('host-revoked/host', { host: name }) });

export const keyTaken = () => new AppError({ kind: 'user', ...explain('proof-refused/key-in-use') });

export const nameTaken = (name: string) =>
  new AppError({ kind: 'user', ...explain('name-taken/joining-host', { name }) });
