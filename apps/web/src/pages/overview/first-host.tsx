import { useState } from 'react';
import { AddHostButton } from '../../acts/bars.js';
import { useDoor } from '../../door/use-door.js';
import { PageHead } from '../../frame/page.js';
import { CommandLine } from '../../parts/command-line.js';
import { StateWord } from '../../parts/mark.js';
import css from './overview.module.css';

/** Nothing yet: the empty instrument, and what to do. */
export function FirstHost() {
  const state = useDoor();
  const isAdmin = state.is === 'open' && state.login.role === 'admin';
  const [name, setName] = useState('web-1');
  const fit = /^[a-z0-9][a-z0-9-]{0,62}$/.test(name) ? name : 'NAME';
  return (
    <div className={css.empty}>
      <div>
        <PageHead
          title="Nothing here yet. The first host takes one line."
          sub="A host is a machine with Orrery’s agent on it. It needs curl and tar; the agent brings the rest."
        />
        <ol className={css.steps}>
          <li>
            <h2>Name the machine</h2>
            <p>{isAdmin ? 'You get a line whose token adds one host, once.' : 'An admin of this Orrery does this.'}</p>
            <label className={css.hidden} htmlFor="name">
              Name of the host
            </label>
            <div className={css.add}>
              <input
                id="name"
                value={name}
                onChange={({ target }) => setName(target.value.trim())}
                spellCheck={false}
              />
              <AddHostButton host={name} />
            </div>
            <CommandLine run={`orrery host add ${fit}`} />
          </li>
          <li>
            <h2>Paste that line on it, as root</h2>
            <p>To try Orrery on this machine first, without another one:</p>
            <CommandLine run="npm start" />
          </li>
          <li>
            <h2>It shows here by itself</h2>
            <StateWord is="working">waiting for the first host</StateWord>
          </li>
        </ol>
      </div>
      <Instrument />
    </div>
  );
}

function Instrument() {
  return (
    <svg className={css.instrument} viewBox="-100 -100 200 200" role="img" aria-label="An empty orrery">
      {[34, 53, 73, 92].map((radius) => (
        <circle key={radius} r={radius} />
      ))}
      <circle r="97" className={css.rim} />
      <path d="M0 -7 6 -3.5 6 3.5 0 7 -6 3.5 -6 -3.5Z" className={css.sun} />
    </svg>
  );
}
