import type { HostId } from '@orrery/shared/contracts';

/** What replicas tell each other when a host's desired state has changed. */
export interface RevisionNotice {
  host: HostId;
  revision: number;
}

export const revisionNotice = ({ host, revision }: RevisionNotice): string => `${host} ${revision}`;

/** One of another release may say less: then the revision is taken for the newest that can be. */
export function readRevisionNotice(notice: string): RevisionNotice {
  const [host = '', revision] = notice.split(' ');
  return { host: host as HostId, revision: Number(revision ?? Number.POSITIVE_INFINITY) };
}
