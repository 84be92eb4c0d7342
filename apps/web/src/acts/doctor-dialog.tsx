import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { change, type Shape } from '../api/client.js';
import { Button } from '../parts/button.js';
import { CommandLine } from '../parts/command-line.js';
import { Mark, StateWord, type State } from '../parts/mark.js';
import { Prose } from '../parts/sentence.js';
import { OF_SEVERITY } from '../parts/states.js';
import { ActDialog } from './act-dialog.js';
import { ActRefused } from './act-refused.js';
import { lineOf } from './shell-word.js';
import { timeWord } from './stage-rows.js';
import css from './acts.module.css';

/** Lets the agent of a host look at its machine now. It only looks, so it begins at once. */
export function DoctorDialog({ host, onClose }: { host: string; onClose: () => void }) {
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: () => change('POST /v1/hosts/{host}/doctor', { path: { host } }) as Promise<Shape<'DoctorReport'>>,
  });
  useEffect(() => mutate(), [mutate]);
  return (
    <ActDialog title={`Doctor of ${host}`} run={lineOf('doctor', host)} onClose={onClose}>
      {isPending && (
        <p className={css.text} role="status">
          <StateWord is="working">looking at the machine</StateWord>
        </p>
      )}
      {data && !isPending && <Report report={data} />}
      <ActRefused error={error} />
      {!isPending && (
        <p className={css.hint}>
          <Button onClick={() => mutate()}>Look again</Button>
        </p>
      )}
    </ActDialog>
  );
}

function Report({ report: { checks, tookMs, host } }: { report: Shape<'DoctorReport'> }) {
  const found = checks.filter(({ result }) => result === 'found');
  const unknown = checks.filter(({ result }) => result === 'unknown');
  const fine = checks.length - found.length - unknown.length;
  return (
    <div role="status">
      <p className={css.sentence}>{sentenceOf(host.name, found.length)}</p>
      <p className={css.sub}>
        <span>
          {checks.length} looked for, {fine} fine, {unknown.length} unknown, in {timeWord(tookMs)}
        </span>
      </p>
      <ul className={css.list}>
        {[...found, ...unknown].map((check) => (
          <Check key={`${check.code} ${check.node?.id ?? ''} ${check.network ?? ''}`} check={check} />
        ))}
      </ul>
    </div>
  );
}

function sentenceOf(host: string, found: number): string {
  if (found === 0) return `Nothing wrong was found on ${host}`;
  return found === 1 ? `One thing was found on ${host}` : `${found} things were found on ${host}`;
}

function Check({ check: { result, severity, code, cause, fix, commands, node } }: { check: Shape<'DoctorCheck'> }) {
  const state: State = result === 'found' && severity !== null ? OF_SEVERITY[severity] : 'unknown';
  return (
    <li>
      <Mark is={state} />
      <span>
        {cause ?? 'cannot be seen from the agent'}
        {node && ` (${node.name})`}
      </span>
      <small>{code}</small>
      {(fix !== null || commands.length > 0) && (
        <div className={css.under}>
          {fix !== null && (
            <p>
              <Prose text={fix} />
            </p>
          )}
          {commands.map(({ run }) => (
            <div key={run}>
              <CommandLine run={run} />
            </div>
          ))}
        </div>
      )}
    </li>
  );
}
