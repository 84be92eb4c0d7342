import { useState } from 'react';
import type { Shape } from '../api/client.js';
import { useList } from '../api/use-read.js';
import { SelectField, TextField } from './act-dialog.js';

/** Which host, node or network an act is about. */
interface PlaceFieldProps {
  value: string;
  onChange: (value: string) => void;
}

const OTHER = '…';

/** The networks that Orrery knows, or another by its ID. The value is an ID, or empty. */
export function NetworkField({ value, onChange }: PlaceFieldProps) {
  const { items, isWhole } = useList('/v1/networks');
  const [isOther, setOther] = useState(false);
  const choose = (chosen: string) => {
    setOther(chosen === OTHER);
    onChange(chosen === OTHER ? '' : chosen);
  };
  const isTyped = isOther || (isWhole && items.length === 0);
  return (
    <>
      {items.length > 0 && (
        <SelectField label="Network" value={isOther ? OTHER : value} onChange={choose}>
          <option value="">Choose a network</option>
          {items.map(({ id, name }) => (
            <option key={id} value={id}>
              {name === null ? id : `${name} · ${id}`}
            </option>
          ))}
          <option value={OTHER}>Another, by its ID</option>
        </SelectField>
      )}
      {isTyped && (
        <TextField
          label="Network ID"
          hint="16 hex digits. Orrery does not need to keep the network."
          value={value}
          onChange={onChange}
        />
      )}
    </>
  );
}

/** A network as a person writes it: by its name, if that is known. */
export function useNetworkWord(id: string): string {
  const { items } = useList('/v1/networks');
  return items.find((one) => one.id === id)?.name ?? id;
}

/** The only network there is needs no choosing. */
export function useNetworkChoice(given?: string): [string, (value: string) => void] {
  const { items, isWhole } = useList('/v1/networks');
  const [chosen, choose] = useState(given);
  const only = isWhole && items.length === 1 ? items[0]?.id : undefined;
  return [chosen ?? only ?? '', choose];
}

const canLaunch = ({ presence, paused, revokedAt, engine }: Shape<'Host'>) =>
  presence === 'online' && !paused && revokedAt === null && engine?.state === 'up';

export function hostWord(host: Shape<'Host'>): string {
  if (host.revokedAt !== null) return 'revoked';
  if (host.presence !== 'online') return host.presence === 'joined' ? 'never connected' : host.presence;
  if (host.paused) return 'paused';
  return host.engine?.state === 'up' ? 'online' : 'online, no Docker';
}

/** The first that could do it now is chosen, until a person chooses. */
export function useHostChoice(given?: string): [string, (value: string) => void, readonly Shape<'Host'>[]] {
  const { items } = useList('/v1/hosts');
  const [chosen, choose] = useState(given);
  return [chosen ?? (items.find(canLaunch) ?? items[0])?.name ?? '', choose, items];
}

export function HostField({ hosts, ...field }: PlaceFieldProps & { hosts: readonly Shape<'Host'>[] }) {
  return (
    <SelectField label="Host" {...field}>
      {hosts.map((host) => (
        <option key={host.id} value={host.name}>
          {host.name} · {hostWord(host)}
        </option>
      ))}
    </SelectField>
  );
}

export function NodeField({ host, ...field }: PlaceFieldProps & { host?: string }) {
  const { items } = useList('/v1/nodes', host === undefined ? {} : { host });
  return (
    <SelectField label="Node" {...field}>
      <option value="">Choose a node</option>
      {items.map(({ id, name, kind }) => (
        <option key={id} value={name}>
          {name}
          {kind === 'host' ? " · the host's own" : ' · container'}
        </option>
      ))}
    </SelectField>
  );
}
