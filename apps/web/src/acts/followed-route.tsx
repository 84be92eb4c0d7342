import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { read, type Shape } from '../api/client.js';
import { useList } from '../api/use-read.js';
import { Mark, StateWord } from '../parts/mark.js';
import { routePlace } from '../parts/places.js';
import { routeStanding } from '../parts/states.js';
import { unbroken } from '../parts/unbroken.js';
import { listed } from '../parts/words.js';
import { routeSentence } from '../pages/routes/route-sentence.js';
import { Trouble } from './followed-command.js';
import { hasFailed, isCarried, routeStages } from './route-stages.js';
import { timeWord } from './stage-rows.js';
import { useTicking } from './ticking.js';
import css from './acts.module.css';

type Route = Shape<'KeptRoute'>;
type Takers = Pick<Shape<'RouteAdded'>, 'notTaken' | 'joinedAgain'>;

const ROUTE = '/v1/networks/{network}/routes/{route}';
/** No event says that a controller announces a route. */
const LOOK_MS = 1000;

/** A new route, until it works or one of its routers failed. */
export function AddedRoute({ added: { route, group, commands, ...takers } }: { added: Shape<'RouteAdded'> }) {
  const { items } = useList('/v1/commands', { group });
  return <FollowedRoute first={route} commands={items.length > 0 ? items : commands} takers={takers} />;
}

/** As it is now; the page may have asked for it before the act. */
function useRoute(first: Route): Route {
  const path = { network: first.network.id, route: first.target.replace('/', '-') };
  const { data } = useQuery({
    queryKey: [ROUTE, { path }],
    queryFn: ({ signal }) => read(ROUTE, { path }, signal),
    refetchInterval: ({ state }) =>
      state.data && state.data.version >= first.version && isCarried(state.data) ? false : LOOK_MS,
  });
  return data && data.version >= first.version ? data : first;
}

interface FollowedRouteProps {
  first: Route;
  /** Of its routers; left out: only its announcement is awaited. */
  commands?: readonly Shape<'Command'>[];
  takers?: Takers;
}

export function FollowedRoute({ first, commands = [], takers }: FollowedRouteProps) {
  const route = useRoute(first);
  const stages = routeStages(route, commands);
  const isOver = stages.every(({ is }) => is === 'fine') || commands.some(hasFailed);
  const now = useTicking(!isOver);
  const [start] = useState(now);
  const reachedAt = useRef(new Map<string, number>());
  for (const { name, is } of stages)
    if (is === 'fine' && !reachedAt.current.has(name)) reachedAt.current.set(name, Date.now());
  const { is, word } = routeStanding(route);
  return (
    <>
      <p className={css.sentence} role="status">
        {unbroken(routeSentence(route))}
      </p>
      <p className={css.sub}>
        <StateWord is={is}>{word}</StateWord>
        <Link to={routePlace(route.network.id, route.target)}>Open the route</Link>
      </p>
      <ol className={css.list} aria-label="Stages" aria-live="polite">
        {stages.map((stage) => (
          <li key={stage.name} className={stage.is === 'todo' ? css.todo : undefined}>
            {stage.is === 'todo' ? <span className={css.dot} /> : <Mark is={stage.is} />}
            <span>
              {stage.name} <span className={css.todo}>{stage.detail}</span>
            </span>
            <small aria-hidden={stage.is !== 'fine'}>
              {stage.is === 'todo'
                ? ''
                : timeWord((reachedAt.current.get(stage.name) ?? now) - start, stage.is === 'fine' ? 2 : 1)}
            </small>
          </li>
        ))}
        {takers && <TakersLines takers={takers} />}
      </ol>
      <div className={css.troubles}>
        {commands.map((command) => (
          <Trouble key={command.id} command={command} />
        ))}
      </div>
      {!isOver && <p className={css.hint}>You can leave this page; the route continues.</p>}
    </>
  );
}

/** What the own daemons of hosts do with it, where that is out of the ordinary. */
function TakersLines({ takers: { notTaken, joinedAgain = [] } }: { takers: Takers }) {
  const again = joinedAgain.map(({ name }) => name);
  return (
    <>
      {notTaken.map(({ host, cause }) => (
        <li key={host.id}>
          <Mark is="waiting" />
          <span>
            {host.name} does not take it <span className={css.todo}>{cause}</span>
          </span>
        </li>
      ))}
      {again.length > 0 && (
        <li>
          <Mark is="asked" />
          <span>
            {listed(again)} {again.length > 1 ? 'join' : 'joins'} the network again to take it
          </span>
        </li>
      )}
    </>
  );
}
