import { useState } from 'react';
import type { Shape } from '../api/client.js';
import { useRead } from '../api/use-read.js';
import { Mark, StateWord } from '../parts/mark.js';
import { Prose } from '../parts/sentence.js';
import { unbroken } from '../parts/unbroken.js';
import { ActDialog, ActForm, Choice, TextField } from './act-dialog.js';
import { ActRefused } from './act-refused.js';
import { lineOf } from './shell-word.js';
import { timeWord } from './stage-rows.js';
import { useAct } from './use-act.js';
import css from './acts.module.css';

type Kind = 'ping' | 'http';
type Probe = Shape<'Probe'>;

const KINDS: readonly { value: Kind; name: string; says: string }[] = [
  { value: 'ping', name: 'Ping', says: 'four echo requests to an address or name' },
  { value: 'http', name: 'HTTP', says: 'fetches a URL' },
];

interface ProbeDialogProps {
  node: string;
  /** Filled in already. */
  target?: string;
  onClose: () => void;
}

/** What a node can reach, from inside its network namespace. */
export function ProbeDialog({ node, target: given = '', onClose }: ProbeDialogProps) {
  const [kind, setKind] = useState<Kind>('ping');
  const [target, setTarget] = useState(given);
  const { mutate, data, error, isPending } = useAct<Probe>('POST /v1/nodes/{node}/probes');
  const body = { target: kind === 'ping' ? { kind, host: target } : { kind, url: target } };
  return (
    <ActDialog
      title={`Probe from ${node}`}
      run={lineOf('probe', node, `--${kind}`, target || (kind === 'ping' ? 'ADDRESS' : 'URL'))}
      onClose={onClose}
    >
      {data ? (
        <FollowedProbe first={data} />
      ) : (
        <ActForm
          go="Probe"
          isReady={target !== ''}
          isSending={isPending}
          onGo={() => mutate({ asking: { path: { node } }, body })}
          onClose={onClose}
        >
          <Choice legend="How" name="kind" value={kind} choices={KINDS} onChoose={setKind} />
          <TextField
            label={kind === 'ping' ? 'Address or name' : 'URL'}
            value={target}
            placeholder={kind === 'ping' ? '10.147.20.5' : 'http://10.147.20.5/'}
            onChange={setTarget}
          />
          <ActRefused error={error} />
        </ActForm>
      )}
    </ActDialog>
  );
}

/** Each line as it comes back. */
function FollowedProbe({ first }: { first: Probe }) {
  const { data = first } = useRead('/v1/nodes/{node}/probes/{probe}', {
    path: { node: first.node.name, probe: first.id },
  });
  const { state, progress, result, cause, startedAt, target, node } = data;
  const isReached = result?.code === 'reached';
  const since = (at: string) => timeWord(Math.max(0, Date.parse(at) - Date.parse(startedAt)));
  return (
    <div role="status">
      <p className={css.sentence}>{unbroken(sentenceOf(data))}</p>
      <p className={css.sub}>
        <StateWord is={state === 'running' ? 'working' : isReached ? 'fine' : 'failed'}>
          {state === 'running' ? 'on its way' : (result?.code ?? state)}
        </StateWord>
        <span>
          {data.kind} {target} from {node.name}
        </span>
      </p>
      <ol className={css.list}>
        {progress.map(({ at, detail }, index) => (
          <li key={`${at} ${index}`}>
            <Mark is="asked" />
            <code>{detail}</code>
            <small>{since(at)}</small>
          </li>
        ))}
      </ol>
      {(cause ?? (result && !isReached)) && (
        <p className={css.hint}>
          <Prose text={[cause ?? result?.cause, result?.fix].filter(Boolean).join('. ')} />
        </p>
      )}
    </div>
  );
}

function sentenceOf({ state, target, result, node }: Probe): string {
  if (state === 'running') return `${node.name} is trying ${target}`;
  if (result?.code !== 'reached') return `${node.name} does not reach ${target}`;
  const { ping, http } = result;
  if (ping) return `${node.name} reaches ${target}: ${ping.received} of ${ping.sent} answered, ${ping.averageMs} ms`;
  if (http) return `${node.name} reaches ${target}: status ${http.status} after ${http.firstByteMs} ms`;
  return `${node.name} reaches ${target}`;
}
