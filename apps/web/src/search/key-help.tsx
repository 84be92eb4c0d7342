import { Fragment } from 'react';
import { useNouns } from '../frame/use-nouns.js';
import { Overlay } from './overlay.js';
import css from './search.module.css';

/** What keys do, wherever nobody is writing. */
export function KeyHelp({ onClose }: { onClose: () => void }) {
  const nouns = useNouns().flatMap((group) => group.nouns);
  return (
    <Overlay label="Keys" onClose={onClose}>
      <h2 className={css.heading}>Keys</h2>
      <dl className={css.keys}>
        <Key keys={['/']} does="search everything" />
        {nouns.map(({ to, key, name }) => (
          <Key key={to} keys={['g', key]} does={name.toLowerCase()} />
        ))}
        <Key keys={['l']} does="the picture as a list" />
        <Key keys={['?']} does="these keys" />
        <Key keys={['Esc']} does="close, or choose nothing" />
      </dl>
    </Overlay>
  );
}

const Key = ({ keys, does }: { keys: readonly string[]; does: string }) => (
  <div>
    <dt>
      {keys.map((key, at) => (
        <Fragment key={key}>
          {at > 0 && ' '}
          <kbd>{key}</kbd>
        </Fragment>
      ))}
    </dt>
    <dd>{does}</dd>
  </div>
);
