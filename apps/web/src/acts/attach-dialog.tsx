import { useState } from 'react';
import type { Shape } from '../api/client.js';
import { useList } from '../api/use-read.js';
import { ActDialog, SelectField, SelectsField, TextField } from './act-dialog.js';
import { FollowedCommand } from './followed-command.js';
import { HostField, useHostChoice } from './places-fields.js';
import { PlannedForm, usePlannedAct } from './planned.js';
import { lineOf } from './shell-word.js';

interface AttachDialogProps {
  /** Chosen already. */
  host?: string;
  workload?: string;
  onClose: () => void;
}

const OTHER = '…';

/** A container that somebody else runs, on networks. */
export function AttachDialog({ host: givenHost, workload: given, onClose }: AttachDialogProps) {
  const [host, chooseHost, hosts] = useHostChoice(givenHost);
  const [workload, chooseWorkload] = useState(given ?? '');
  const [name, setName] = useState('');
  const networks = useNetworksChoice();
  const planned = usePlannedAct<Shape<'Accepted'>>('POST /v1/hosts/{host}/attachments');
  const request = () => ({
    asking: { path: { host } },
    body: { workload, networks: networks.chosen, ...(name !== '' && { name }) },
  });
  const run = lineOf(
    ...['attach', host || 'HOST', workload || 'WORKLOAD', '--network', networks.words.join(',') || 'NETWORK'],
    ...(name ? ['--name', name] : []),
    '--wait',
  );
  const title = given === undefined ? 'Attach a container of yours' : `Attach ${given}`;
  return (
    <ActDialog title={title} run={run} onClose={onClose}>
      {planned.answer ? (
        <FollowedCommand first={planned.answer.command} as="attach" />
      ) : (
        <PlannedForm
          go="Attach"
          isReady={host !== '' && workload !== '' && networks.chosen.length > 0}
          request={request}
          planned={planned}
          onClose={onClose}
        >
          <p>It gets an interface and an address in the network itself. It is neither changed nor restarted.</p>
          {givenHost === undefined && <HostField value={host} onChange={chooseHost} hosts={hosts} />}
          {given === undefined && <WorkloadField key={host} host={host} value={workload} onChange={chooseWorkload} />}
          <SelectsField labels={['Network', 'Further network']} add="Add another network" {...networks.field} />
          <TextField
            label="Name of the attachment (optional)"
            hint="Its node is called HOST/NAME."
            value={name}
            placeholder={workload.replaceAll(/[^a-z0-9-]+/g, '-') || 'shop-db-1'}
            onChange={setName}
          />
        </PlannedForm>
      )}
    </ActDialog>
  );
}

/** The only network there is needs no choosing. */
function useNetworksChoice() {
  const { items } = useList('/v1/networks');
  const [picked, onChange] = useState<readonly string[]>();
  const options = items.map((one) => ({ value: one.id, name: one.name ?? one.id }));
  const values = picked ?? [(options.length === 1 && options[0]?.value) || ''];
  const chosen = values.filter((one) => one !== '');
  const words = chosen.map((id) => options.find(({ value }) => value === id)?.name ?? id);
  return { chosen, words, field: { values, onChange, options } };
}

interface WorkloadFieldProps {
  host: string;
  value: string;
  onChange: (value: string) => void;
}

/** Agents report containers that wear labels for Orrery; any other is named. */
function WorkloadField({ host, value, onChange }: WorkloadFieldProps) {
  const { items } = useList('/v1/workloads', { host });
  const free = items.filter(({ node }) => node === null).map(({ workload }) => workload);
  const isTyped = !free.includes(value);
  return (
    <>
      {free.length > 0 && (
        <SelectField
          label="Container"
          value={isTyped ? OTHER : value}
          onChange={(chosen) => onChange(chosen === OTHER ? '' : chosen)}
        >
          {free.map((workload) => (
            <option key={workload} value={workload}>
              {workload}
            </option>
          ))}
          <option value={OTHER}>Another, by its name</option>
        </SelectField>
      )}
      {isTyped && (
        <TextField
          label="Name of the container"
          hint="PROJECT/SERVICE/NUMBER of Docker Compose, or its name in docker ps. It can start later."
          value={value}
          placeholder="shop/db/1"
          onChange={onChange}
        />
      )}
    </>
  );
}
