import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { Shape } from '../api/client.js';
import { useList, useRead } from '../api/use-read.js';
import { useMay } from '../door/use-door.js';
import { Mark, StateWord } from '../parts/mark.js';
import { networkPlace } from '../parts/places.js';
import { Prose } from '../parts/sentence.js';
import { admitsClause } from '../parts/words.js';
import { ActDialog, ActForm, SelectField, TextField } from './act-dialog.js';
import { ActRefused } from './act-refused.js';
import { AdmissionFields, admitWord, isAdmissionWhole, type AdmissionDraft } from './admission-fields.js';
import { FollowedCommand } from './followed-command.js';
import { useHostChoice } from './places-fields.js';
import { lineOf } from './shell-word.js';
import { useAct } from './use-act.js';
import css from './acts.module.css';

type Made = Shape<'NetworkMade'>;

const NEW = 'on ';

interface Draft extends AdmissionDraft {
  name: string;
  /** A controller, or `on ` and the host to launch one on. */
  place: string;
}

/** A network on a controller of ours, or on one that is launched for it. */
export function NetworkCreateDialog({ onClose }: { onClose: () => void }) {
  const [draft, setDraft] = useState<Draft>({ name: '', by: 'fleet', selector: '', place: '' });
  const places = useControllerPlaces();
  const place = draft.place || (places[0]?.value ?? '');
  const asked = { ...draft, place };
  const creation = useCreation();
  const on = place.startsWith(NEW) ? place.slice(NEW.length) : undefined;
  const run = lineOf(
    ...['network', 'create', draft.name || 'NAME'],
    ...(on === undefined ? (places.length > 1 ? ['--controller', place] : []) : ['--on', on]),
    ...(draft.by === 'fleet' ? [] : ['--admit', admitWord(draft)]),
    '--wait',
  );
  return (
    <ActDialog title="Create a network" run={run} onClose={onClose}>
      {creation.made ? (
        <NetworkMadeText made={creation.made} />
      ) : creation.launching ? (
        <>
          <p className={css.text}>Stay here: the network is created once its controller answers.</p>
          <FollowedCommand first={creation.launching} />
          <ActRefused error={creation.error} />
        </>
      ) : (
        <ActForm
          go="Create"
          isReady={draft.name !== '' && place !== '' && isAdmissionWhole(draft)}
          isSending={creation.isPending}
          onGo={() => creation.create(asked)}
          onClose={onClose}
        >
          <NetworkFields draft={asked} onDraft={setDraft} places={places} />
          <ActRefused error={creation.error} />
        </ActForm>
      )}
    </ActDialog>
  );
}

interface Place {
  value: string;
  name: string;
}

interface NetworkFieldsProps {
  draft: Draft;
  onDraft: (draft: Draft) => void;
  places: readonly Place[];
}

function NetworkFields({ draft, onDraft, places }: NetworkFieldsProps) {
  return (
    <>
      <TextField
        label="Name"
        hint="It gets a free private range of addresses."
        value={draft.name}
        placeholder="lab"
        onChange={(name) => onDraft({ ...draft, name })}
      />
      <AdmissionFields draft={draft} onDraft={(admission) => onDraft({ ...draft, ...admission })} />
      {places.length > 0 ? (
        <SelectField label="Controller" value={draft.place} onChange={(place) => onDraft({ ...draft, place })}>
          {places.map(({ value, name }) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </SelectField>
      ) : (
        <p>There is no controller yet, and no host that you could launch one on.</p>
      )}
    </>
  );
}

/** Controllers first; an admin can have one launched on a host that has none. */
function useControllerPlaces(): Place[] {
  const { items: controllers } = useList('/v1/controllers');
  const mayLaunch = useMay('POST /v1/controllers');
  const [suggested, , hosts] = useHostChoice();
  const taken = new Set(controllers.map(({ host }) => host?.name));
  const launchable = hosts
    .filter(({ name, presence, engine }) => !taken.has(name) && presence === 'online' && engine?.state === 'up')
    .sort((one, other) => Number(other.name === suggested) - Number(one.name === suggested));
  return [
    ...controllers.map(({ name, state }) => ({ value: name, name: state === 'up' ? name : `${name} · ${state}` })),
    ...(mayLaunch ? launchable.map(({ name }) => ({ value: `${NEW}${name}`, name: `a new one, on ${name}` })) : []),
  ];
}

/** Launches its controller first, where that was asked for, and creates the network once that is done. */
function useCreation() {
  const controller = useAct<Shape<'ControllerAccepted'>>('POST /v1/controllers');
  const network = useAct<Made>('POST /v1/networks');
  const draft = useRef<Draft | undefined>(undefined);
  const post = ({ name, by, selector }: Draft, at: string) =>
    network.mutate({
      asking: {},
      body: { name, controller: at, admission: { by, ...(by === 'selector' && { selector }) } },
    });
  const launching = controller.data?.command;
  const { data } = useRead(
    '/v1/commands/{command}',
    { path: { command: launching?.id ?? '' } },
    { enabled: launching !== undefined },
  );
  const isLaunched = data?.state === 'done';
  useEffect(() => {
    if (isLaunched && draft.current && controller.data) post(draft.current, controller.data.controller.id);
  }, [isLaunched]);
  return {
    create: (asked: Draft) => {
      draft.current = asked;
      if (!asked.place.startsWith(NEW)) return post(asked, asked.place);
      controller.mutate({ asking: {}, body: { kind: 'self-hosted', host: asked.place.slice(NEW.length) } });
    },
    launching,
    made: network.data,
    error: controller.error ?? network.error,
    isPending: controller.isPending || network.isPending,
  };
}

function NetworkMadeText({ made }: { made: Made }) {
  const { data = made } = useRead('/v1/networks/{network}', { path: { network: made.id } });
  const name = made.name ?? made.id;
  const isApplied = data.sync?.state !== 'pending';
  return (
    <div role="status">
      <p className={css.sentence}>
        {isApplied ? `${name} is on its controller` : `${name} is on its way to its controller`}
      </p>
      <p className={css.sub}>
        <StateWord is={isApplied ? 'fine' : 'working'} />
        <code>{made.id}</code>
        <Link to={networkPlace(made.id)}>Open {name}</Link>
      </p>
      <ul className={css.list}>
        {data.admission && (
          <li>
            <Mark is={isApplied ? 'fine' : 'working'} />
            <span>{admitsClause(data.admission)}</span>
          </li>
        )}
        <li>
          <Mark is={isApplied ? 'fine' : 'working'} />
          <span>
            addresses {data.config?.pools.map(({ start, end }) => `${start} – ${end}`).join(', ') || 'from nowhere yet'}
          </span>
        </li>
        {made.overlaps.map(({ target, host, prefix }) => (
          <li key={`${target} ${host ?? ''}`}>
            <Mark is="waiting" />
            <span>
              {host ?? 'a host outside your scope'} has a route to {prefix ?? target}: its own zerotier-one will not
              accept {target}
            </span>
          </li>
        ))}
      </ul>
      {data.sync?.cause && (
        <p className={css.hint}>
          <Prose text={data.sync.cause} />
        </p>
      )}
    </div>
  );
}
