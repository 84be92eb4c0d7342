import type { NetworkId } from '@orrery/shared/contracts';
import { AppError } from '@orrery/shared/runtime';

export const nameTaken = (name: string) =>
  new AppError({
    code: 'name-taken',
    kind: 'user',
    cause: `another network is named ${name}`,
    fix: 'Choose another name; orrery network ls shows those in use.',
  });

export const notKept = (id: NetworkId) =>
  new AppError({
    code: 'network-not-kept',
    kind: 'user',
    cause: `Orrery does not keep ${id}: it is on a controller that Orrery does not know`,
    fix: 'Change it where it is kept; or make one of your own: orrery network create NAME',
  });

export const noFreePool = () =>
  new AppError({
    code: 'no-free-pool',
    kind: 'user',
    cause: 'every /24 of 10.0.0.0/8 that was tried overlaps a route of some host',
    fix: 'Name one: orrery network create NAME --pool 172.20.5.0/24',
  });

export const confirmationRequired = (name: string) =>
  new AppError({
    code: 'confirmation-required',
    kind: 'user',
    cause: `deleting ${name} ends it for everyone who is in it`,
    fix: `Send its name: ?confirm=${name}`,
  });
