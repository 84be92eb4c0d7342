import { useState } from 'react';
import type { Shape } from '../api/client.js';
import { useEndlessList } from '../api/use-read.js';
import { ActDialog, ActForm, TextField } from './act-dialog.js';
import { ActRefused } from './act-refused.js';
import { FollowedCommand } from './followed-command.js';
import { HostField, NetworkField, useHostChoice, useNetworkChoice, useNetworkWord } from './places-fields.js';
import { lineOf } from './shell-word.js';
import { useAct } from './use-act.js';

interface LaunchDialogProps {
  /** Chosen already. */
  host?: string;
  network?: string;
  onClose: () => void;
}

/** A container on a host, in a network. */
export function LaunchDialog({ host: givenHost, network: givenNetwork, onClose }: LaunchDialogProps) {
  const [name, setName] = useState('');
  const [host, chooseHost, hosts] = useHostChoice(givenHost);
  const [network, chooseNetwork] = useNetworkChoice(givenNetwork);
  const word = useNetworkWord(network);
  const { mutate, data, error, isPending } = useAct<Shape<'Accepted'>>('POST /v1/hosts/{host}/containers');
  const launch = () => mutate({ asking: { path: { host } }, body: { name, networks: [network] } });
  const run = lineOf('launch', name || 'NAME', '--host', host || 'HOST', '--network', word || 'NETWORK', '--wait');
  return (
    <ActDialog title={titleOf(givenHost, givenNetwork && word)} run={run} onClose={onClose}>
      {data ? (
        <FollowedCommand first={data.command} />
      ) : (
        <ActForm
          go="Launch"
          isReady={name !== '' && host !== '' && network !== ''}
          isSending={isPending}
          onGo={launch}
          onClose={onClose}
        >
          <TextField
            label="Name"
            hint="a-z, 0-9 and -; unique on its host"
            value={name}
            placeholder="demo"
            onChange={setName}
          />
          {givenHost === undefined && <HostField value={host} onChange={chooseHost} hosts={hosts} />}
          {givenNetwork === undefined && <NetworkField value={network} onChange={chooseNetwork} />}
          {host !== '' && <ImageOf host={host} />}
          <ActRefused error={error} />
        </ActForm>
      )}
    </ActDialog>
  );
}

const titleOf = (host?: string, network?: string): string =>
  ['Launch a container', host && `on ${host}`, network && `into ${network}`].filter(Boolean).join(' ');

const SEEN = 20;

/** Which image it runs: only its agent knows the default of a host, and a container that runs it shows it. */
function ImageOf({ host }: { host: string }) {
  const { items } = useEndlessList('/v1/containers', { host }, { limit: SEEN });
  const seen = items.find(({ image, status }) => image === null && status !== null)?.status?.image;
  return (
    <p>
      It runs zerotier-one, from the ZeroTier image of {host}
      {seen !== undefined && (
        <>
          : <code>{seen}</code>
        </>
      )}
      .
    </p>
  );
}
