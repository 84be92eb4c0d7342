import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiProblem, type Shape } from '../api/client.js';
import { useList, useRead } from '../api/use-read.js';
import { CommandLine } from '../parts/command-line.js';
import { Mark } from '../parts/mark.js';
import { hostPlace } from '../parts/places.js';
import { Prose } from '../parts/sentence.js';
import { ActDialog, ActForm, TextField } from './act-dialog.js';
import { ActRefused } from './act-refused.js';
import { lineOf } from './shell-word.js';
import { timeWord } from './stage-rows.js';
import { useTicking } from './ticking.js';
import { useAct } from './use-act.js';
import css from './acts.module.css';

/** What stands in the line of the API for the secret. */
const TOKEN_PLACE = 'TOKEN';
const MINUTE_MS = 60_000;

type Made = Shape<'JoinTokenMade'> | Shape<'JoinTokenReplayed'>;

/** A machine becomes a host: the line to paste on it, and then how it arrives. */
export function HostAddDialog({ name: given = '', onClose }: { name?: string; onClose: () => void }) {
  const [name, setName] = useState(given);
  const [labels, setLabels] = useState('');
  const { data: install } = useRead('/v1/install');
  const { items: hosts } = useList('/v1/hosts');
  const isTaken = hosts.some((host) => host.name === name);
  const { mutate, data, error, isPending } = useAct<Made>('POST /v1/join-tokens');
  const words = labels.split(/[\s,]+/).filter(Boolean);
  const run = lineOf('host', 'add', name || 'NAME', ...words.flatMap((word) => ['-l', word]));
  return (
    // Once there is a command to paste, it is the only one to copy.
    <ActDialog title={data ? `Add ${name}` : 'Add a host'} run={data ? undefined : run} onClose={onClose}>
      {data && install?.command ? (
        <Arrival made={data} name={name} command={install.command} />
      ) : (
        <ActForm
          go="Get the install command"
          isReady={name !== '' && !isTaken && Boolean(install?.command)}
          isSending={isPending}
          onGo={() => mutate({ asking: {}, body: { name, labels: labelsOf(words) } })}
          onClose={onClose}
        >
          <p>You get a command to paste on the machine. Its token adds one host, once, within 15 minutes.</p>
          <TextField
            label="Name of the host"
            hint={isTaken ? `${name} is a host already` : 'a-z, 0-9 and -'}
            value={name}
            placeholder="web-1"
            onChange={setName}
          />
          <TextField
            label="Labels"
            hint="Such as site=cloud. They decide where it stands in the picture."
            value={labels}
            isList
            onChange={setLabels}
          />
          {install?.command === null && <OnlyHere url={install.url} />}
          <ActRefused error={error} />
        </ActForm>
      )}
    </ActDialog>
  );
}

const labelsOf = (words: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    words.map((word): [string, string] => {
      const [key = word, ...rest] = word.split('=');
      return [key, rest.join('=')];
    }),
  );

function OnlyHere({ url }: { url: string }) {
  return (
    <div className={`${css.refused} ${css.notice}`} role="status">
      <Mark is="waiting" />
      <p>
        <strong>Other machines cannot reach this Orrery</strong>
        <Prose
          text={`It listens on ${url} only. On its machine, run \`npm start -- --listen 0.0.0.0 --url https://NAME:7070\` (docs/hosts.md).`}
        />
      </p>
    </div>
  );
}

function Arrival({ made: { token }, made, name, command }: { made: Made; name: string; command: string }) {
  if (!('secret' in made))
    return (
      <p className={css.text}>
        A command was made, but the answer with its token was lost. Close this and get another one; the first ends by
        itself.
      </p>
    );
  return (
    <>
      <p className={css.text}>
        Paste this on {name}, as root. It works once, until {new Date(token.expiresAt).toLocaleTimeString('en-GB')}.
      </p>
      <CommandLine run={command.replace(TOKEN_PLACE, made.secret)} />
      <ArrivalStages first={token} name={name} />
    </>
  );
}

type Step = { name: string; is: 'fine' | 'working' | 'failed' | 'todo'; detail: string; time: string };

/** In the fleet, online, its engine reported: each when it was observed. */
function ArrivalStages({ first, name }: { first: Shape<'JoinToken'>; name: string }) {
  const { data: token = first } = useRead('/v1/join-tokens/{token}', { path: { token: first.id } });
  const [id] = token.hosts;
  const { data: host, error } = useRead(
    '/v1/hosts/{host}',
    { path: { host: id ?? '' } },
    { enabled: id !== undefined },
  );
  const isThere = host?.presence === 'online' && host.engine !== null;
  const now = useTicking(!isThere && token.state !== 'expired' && token.state !== 'revoked');
  const isGone = error instanceof ApiProblem;
  const steps = arrivalSteps(token, isGone ? undefined : host, now);
  return (
    <>
      <ol className={css.list} aria-label="Arrival" aria-live="polite">
        {steps.map((step) => (
          <li key={step.name} className={step.is === 'todo' ? css.todo : undefined}>
            {step.is === 'todo' ? <span className={css.dot} /> : <Mark is={step.is} />}
            <span>
              {step.name} <span className={css.todo}>{step.detail}</span>
            </span>
            <small>{step.time}</small>
          </li>
        ))}
      </ol>
      <p className={css.hint}>
        {host && !isGone ? (
          <Link to={hostPlace(host.name)}>Open {host.name}</Link>
        ) : (
          `You can leave this page; ${name} shows among the hosts when it arrives.`
        )}
      </p>
    </>
  );
}

function arrivalSteps(token: Shape<'JoinToken'>, host: Shape<'Host'> | undefined, now: number): Step[] {
  const since = (at: string) => timeWord(Math.max(0, Date.parse(at) - Date.parse(token.createdAt)));
  const later = (name: string): Step => ({ name, is: 'todo', detail: '', time: '' });
  if (!host) {
    if (token.state === 'expired' || token.state === 'revoked')
      return [
        { name: 'in the fleet', is: 'failed', detail: `its token is ${token.state}; get another command`, time: '' },
      ];
    const left = Math.max(0, Math.ceil((Date.parse(token.expiresAt) - now) / MINUTE_MS));
    const detail = 'the command was not pasted yet';
    return [
      { name: 'in the fleet', is: 'working', detail, time: `${left} min left` },
      later('online'),
      later('engine reported'),
    ];
  }
  const enrolled: Step = { name: 'in the fleet', is: 'fine', detail: `as ${host.name}`, time: since(host.createdAt) };
  const open = (name: string): Step => ({ name, is: 'working', detail: 'waiting to see it', time: '' });
  if (host.presence !== 'online') return [enrolled, open('online'), later('engine reported')];
  const online: Step = { name: 'online', is: 'fine', detail: `agent ${host.agentVersion ?? ''}`, time: '' };
  if (host.engine === null) return [enrolled, online, open('engine reported')];
  const engine = host.engine.state === 'up' ? `Docker ${host.engine.version}` : `Docker: ${host.engine.cause}`;
  return [enrolled, online, { name: 'engine reported', is: 'fine', detail: engine, time: '' }];
}
