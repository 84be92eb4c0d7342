import { useState, type ReactNode } from 'react';
import type { Shape } from '../api/client.js';
import { useList } from '../api/use-read.js';
import { ActDialog, SelectField, SelectsField, TextField } from './act-dialog.js';
import { AddedRoute } from './followed-route.js';
import { hostWord } from './places-fields.js';
import { PlannedForm, usePlannedAct } from './planned.js';
import { lineOf } from './shell-word.js';

type Network = Shape<'Network'>;

const nameOf = ({ id, name }: Network): string => name ?? id;
const hostIn = (via: string): string => via.split('/')[0] ?? '';

interface Draft {
  target: string;
  check: string;
  via: readonly string[];
}

/** A LAN into a network, by routers on hosts of that LAN. */
export function RouteAddDialog({ network: given, onClose }: { network?: string; onClose: () => void }) {
  const [draft, setDraft] = useState<Draft>({ target: '', check: '', via: [''] });
  const { items } = useList('/v1/networks');
  const kept = items.filter(({ managedBy }) => managedBy !== null);
  const [chosen, choose] = useState(given);
  const network = kept.find(({ id }) => id === (chosen ?? (kept.length === 1 ? kept[0]?.id : '')));
  const planned = usePlannedAct<Shape<'RouteAdded'>>('POST /v1/networks/{network}/routes');
  const { target, check, via } = draft;
  const named = via.filter((one) => one !== '');
  const request = () => ({
    asking: { path: { network: network?.id ?? '' } },
    body: { target, via: named.map(viaOf), ...(check !== '' && { check: checkOf(check) }) },
  });
  const run = lineOf(
    ...['route', 'add', target || 'PREFIX', '--network', network ? nameOf(network) : 'NETWORK'],
    ...(named.length > 0 ? named : ['HOST']).flatMap((one) => ['--via', one]),
    ...(check ? ['--check', check] : []),
    '--wait',
  );
  return (
    <ActDialog title="Add a route into a LAN" run={run} onClose={onClose}>
      {planned.answer ? (
        <AddedRoute added={planned.answer} />
      ) : (
        <PlannedForm
          go="Add the route"
          isReady={target !== '' && network !== undefined && named.length > 0}
          request={request}
          planned={planned}
          onClose={onClose}
        >
          <RouteFields draft={draft} onDraft={setDraft} network={network}>
            {given === undefined && (
              <SelectField label="Network" value={network?.id ?? ''} onChange={choose}>
                <option value="">{kept.length === 0 ? 'Orrery keeps no network' : 'Choose a network'}</option>
                {kept.map((one) => (
                  <option key={one.id} value={one.id}>
                    {nameOf(one)}
                  </option>
                ))}
              </SelectField>
            )}
          </RouteFields>
        </PlannedForm>
      )}
    </ActDialog>
  );
}

interface RouteFieldsProps {
  draft: Draft;
  onDraft: (draft: Draft) => void;
  network: Network | undefined;
  /** Which network it is. */
  children: ReactNode;
}

function RouteFields({ draft, onDraft, network, children }: RouteFieldsProps) {
  const routers = useRouters(network);
  return (
    <>
      <p>
        A router on a host of the LAN brings its prefix into the network. The policy of that host must list the prefix.
      </p>
      <TextField
        label="Prefix"
        hint="Private IPv4, as the machines of the LAN have it"
        value={draft.target}
        placeholder="192.168.10.0/24"
        onChange={(target) => onDraft({ ...draft, target })}
      />
      {children}
      <SelectsField
        labels={['Carried by', 'Standby']}
        add="Add a standby"
        values={draft.via}
        onChange={(via) => onDraft({ ...draft, via })}
        options={routers}
        excludes={(one, other) => hostIn(one) === hostIn(other)}
      />
      <TextField
        label="Address in the LAN to check (optional)"
        hint="All routers try it, by a ping or at a port; when the one that carries the route gets no answer and another does, the route switches."
        value={draft.check}
        placeholder="192.168.10.20:80"
        onChange={(check) => onDraft({ ...draft, check })}
      />
    </>
  );
}

/** Each host, which launches a router, and each container that is in the network and could be one. */
function useRouters(network: Network | undefined): { value: string; name: string }[] {
  const { items: hosts } = useList('/v1/hosts');
  const { items: containers } = useList('/v1/containers');
  return hosts
    .filter(({ revokedAt }) => revokedAt === null)
    .flatMap((host) => [
      { value: host.name, name: `${host.name} · ${hostWord(host)}` },
      ...containers
        .filter(
          (one) => one.host.id === host.id && one.workload === null && network && one.networks.includes(network.id),
        )
        .map(({ node }) => ({ value: node.name, name: `${node.name} · this container, recreated` })),
    ]);
}

function viaOf(reference: string): Shape<'Via'> {
  const [host = '', container] = reference.split('/', 2);
  return container === undefined ? { host } : { host, container };
}

/** IP, or IP:PORT; what is wrong with it, the API says. */
function checkOf(text: string): NonNullable<Shape<'RoutePost'>['check']> {
  const [, address = text, port] = /^([^:]*)(?::(\d+))?$/.exec(text) ?? [];
  return { address, ...(port !== undefined && { port: Number(port) }) };
}
