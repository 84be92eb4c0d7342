import type { Host, Presence } from '@orrery/shared/contracts';
import { age } from '../output/age.js';
import type { Column, Tone } from '../output/table.js';
import { ReferenceArgument } from '../options/reference-argument.js';
import { ReferenceOption } from '../options/reference-option.js';

const PRESENCE_TONE: Record<Presence, Tone> = { online: 'good', unreachable: 'bad', joined: 'warn', unknown: 'warn' };

/** Marks simulated hosts wherever they are named. */
export const marked = (text: string, simulated: boolean) => (simulated ? `${text} (simulated)` : text);

export const labelsText = (labels: Record<string, string>) =>
  Object.entries(labels)
    .map(([key, value]) => (value === '' ? key : `${key}=${value}`))
    .join(',');

const hostColumns: Column<Host>[] = [
  { title: 'HOST', text: (host) => marked(host.name, host.simulated), tone: () => 'strong' },
  {
    title: 'PRESENCE',
    text: presenceText,
    tone: (host) => PRESENCE_TONE[host.presence],
  },
  { title: 'SEEN', text: (host, now) => age(host.lastSeenAt, now) },
  { title: 'LABELS', text: (host) => labelsText(host.labels) },
  { title: 'DOCKER', text: engineText, tone: (host) => (host.engine?.state === 'unknown' ? 'warn' : undefined) },
  { title: 'AGENT', text: (host) => host.agentVersion ?? '' },
  { title: 'EPHEMERAL', text: (host) => host.ephemeral ?? '', wide: true },
  { title: 'REVISION', text: (host) => revisionText(host), wide: true },
  { title: 'ID', text: (host) => host.id, wide: true },
  { title: 'AGE', text: (host, now) => age(host.createdAt, now), wide: true },
];

function presenceText({ presence, paused, revokedAt }: Host): string {
  return [presence, ...(paused ? ['paused'] : []), ...(revokedAt ? ['revoked'] : [])].join(', ');
}

function engineText({ engine }: Host): string {
  if (engine === null) return '';
  return engine.state === 'up' ? engine.version : `unknown: ${engine.cause}`;
}

const revisionText = ({ revision, heldRevision }: Host) =>
  revision === heldRevision ? String(revision) : `${revision} (holds ${heldRevision})`;

export const hostView = {
  columns: hostColumns,
  nameOf: (host: Host) => host.name,
  empty: 'No hosts. To add this machine: npm start. To add another: orrery host add NAME',
};

export const hostArgument = () => new ReferenceArgument('<host>', 'name or id of a host', 'hosts');
export const hostFilter = () => new ReferenceOption('--host <host>', 'only this host', 'hosts');
