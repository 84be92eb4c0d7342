import { useState } from 'react';
import type { Shape } from '../api/client.js';
import { useAwayHosts } from '../api/use-away-hosts.js';
import { asLastKnown, outcomeStanding } from '../parts/states.js';
import { ActBar, ActButton } from './act-button.js';
import { ActDialog, ActForm, Choice } from './act-dialog.js';
import { ActRefused } from './act-refused.js';
import { ConfirmDialog } from './confirm-dialog.js';
import { FollowedRoute } from './followed-route.js';
import { lineOf } from './shell-word.js';
import { useAct } from './use-act.js';

type Route = Shape<'KeptRoute'>;

interface RouteActProps {
  route: Route;
  onClose: () => void;
}

const networkName = ({ network }: Route): string => network.name ?? network.id;
const pathOf = ({ network, target }: Route) => ({ network: network.id, route: target.replace('/', '-') });
const eventsOf = ({ network }: Route) => ({ network: network.id, type: 'route.opened,route.switched,route.closed' });

export function RouteActs({ route }: { route: Route }) {
  return (
    <ActBar>
      <ActButton
        operation="PATCH /v1/networks/{network}/routes/{route}"
        name="Switch…"
        isOffered={route.via.length > 1}
        dialog={(close) => <SwitchDialog route={route} onClose={close} />}
      />
      <ActButton
        operation="DELETE /v1/networks/{network}/routes/{route}"
        kind="bare"
        name="Remove…"
        dialog={(close) => <RemoveRouteDialog route={route} onClose={close} />}
      />
    </ActBar>
  );
}

/** To another of its routers. */
function SwitchDialog({ route, onClose }: RouteActProps) {
  const [seen, setSeen] = useState(route);
  const away = useAwayHosts(seen.via.map(({ host }) => host));
  const others = seen.via.filter(({ node }) => node.name !== seen.router);
  const [chosen, choose] = useState(others[0]?.node.name ?? '');
  const { mutate, reset, data, error, isPending } = useAct<Route>('PATCH /v1/networks/{network}/routes/{route}');
  const lookAgain = () => {
    setSeen(route);
    choose(route.via.find(({ node }) => node.name !== route.router)?.node.name ?? '');
    reset();
  };
  const send = () => mutate({ asking: { path: pathOf(seen) }, body: { router: chosen }, version: seen.version });
  return (
    <ActDialog
      title={`Switch ${seen.target} to another router`}
      run={lineOf('route', 'set', seen.target, '--network', networkName(seen), '--via', chosen, '--wait')}
      onClose={onClose}
    >
      {data ? (
        <FollowedRoute first={data} />
      ) : (
        <ActForm go="Switch" isReady={chosen !== ''} isSending={isPending} onGo={send} onClose={onClose}>
          <p>
            Nodes take the new way within a second. Open connections through the route end, and nothing switches back by
            itself.
          </p>
          <Choice
            legend={`Carried from now on by, instead of ${seen.router ?? 'nobody'}`}
            name="router"
            value={chosen}
            choices={others.map((one) => ({
              value: one.node.name,
              name: one.node.name,
              says: fitness(one, away.has(one.host)),
            }))}
            onChoose={choose}
          />
          <ActRefused error={error} events={eventsOf(route)} onLookAgain={lookAgain} />
        </ActForm>
      )}
    </ActDialog>
  );
}

/** Whether a switch to it would work, as far as it is known. */
function fitness({ outcome, address }: Route['via'][number], isAway: boolean): string {
  const { is, word = 'not reported yet' } = outcomeStanding(outcome);
  const standing = asLastKnown({ is, word: is === 'fine' ? 'forwards' : word }, isAway);
  return `${standing.word ?? ''}; ${address ?? 'no address yet'}`;
}

function RemoveRouteDialog({ route, onClose }: RouteActProps) {
  const { target, version, via } = route;
  const launched = via.filter((one) => one.launched).map(({ node }) => node.name);
  return (
    <ConfirmDialog
      title={`Remove ${target} from ${networkName(route)}`}
      go="Remove"
      operation="DELETE /v1/networks/{network}/routes/{route}"
      asking={{ path: pathOf(route) }}
      version={version}
      run={lineOf('route', 'rm', target, '--network', networkName(route), '--wait')}
      typed={target}
      asked={`${target} is announced in ${networkName(route)} no longer`}
      events={eventsOf(route)}
      onClose={onClose}
    >
      The network stops announcing it at once, so the LAN cannot be reached from its nodes.
      {launched.length > 0 &&
        ` What the route launched is removed, unless another route needs it: ${launched.join(', ')}.`}
    </ConfirmDialog>
  );
}
