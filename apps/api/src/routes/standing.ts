import { explain, type KeptRoute, type RouteVia, type ShownFinding } from '@orrery/shared/contracts';
import { showOutcome } from '../commands/outcomes.js';
import { gatewayAmong } from './announcements.js';
import { decideServing, type ServedRoute } from './decide-serving.js';
import type { RouteRow } from './routes.repository.js';

/** A route as people see it: its state follows from what its routers show and what its controller was told. */
export function shownRoute(of: RouteRow): KeptRoute {
  const {
    via,
    nodeId,
    applied,
    controller,
    controllerCause,
    isControllerAway: _away,
    failedOverAgoMs: _ago,
    routes,
    ...row
  } = of;
  const carrier = via.find(({ node }) => node.id === nodeId);
  const served = carrier && gatewayAmong({ routes }, carrier.shown);
  const routers = via.map(({ hostId: _host, shown, outcome, heard, told, ...router }) => ({
    ...router,
    address: gatewayAmong({ routes }, shown),
    outcome: outcome && showOutcome(outcome),
    hears: router.node.id !== nodeId && told?.watch?.address === served ? heard.peerAnswers : null,
  }));
  const router = routers.find(({ node }) => node.id === nodeId);
  const isHere = applied.some(
    ({ node, via: gateway }) => node === router?.node.id && (router.address ?? gateway) === gateway,
  );
  const announced = applied.flatMap(({ targets, via: gateway }) => targets.map((target) => ({ target, via: gateway })));
  return {
    ...row,
    ...(isHere
      ? { state: 'announced', cause: null }
      : {
          state: 'pending',
          cause: pendingCause(row.network.name ?? row.network.id, router, routers, controllerCause),
        }),
    router: router?.node.name ?? null,
    via: routers,
    announced,
    findings: [...downOf(of), ...findingsOf(row.target, via, controller)],
  };
}

/** A route with what is known about its routers, to decide which of them serves. */
export function servedRoute({
  id,
  target,
  nodeId,
  check,
  applied,
  failedOverAgoMs,
  routes,
  via,
}: RouteRow): ServedRoute {
  return {
    ...{ id, target, node: nodeId, check, failedOverAgoMs },
    isAnnounced: applied.some(({ node }) => node === nodeId),
    routers: via.map(({ node, host, shown, outcome, heard, told }) => ({
      ...{ node: node.id, name: node.name, host, address: gatewayAmong({ routes }, shown), outcome },
      ...{ watches: told?.watch?.address ?? null, ...heard },
    })),
  };
}

function downOf(row: RouteRow): ShownFinding[] {
  // A token with a scope may not see the router that carries it.
  if (row.nodeId !== null && !row.via.some(({ node }) => node.id === row.nodeId)) return [];
  const serving = decideServing(servedRoute(row));
  if (serving.do === 'stay' || (serving.do === 'switch' && !row.isControllerAway)) return [];
  const [down, others] =
    serving.do === 'wait'
      ? [serving.down, serving.others]
      : [serving.cause, `its controller is away, so nobody switches to ${serving.to.name}`];
  const facts = { target: row.target, network: row.network.name ?? row.network.id, down, others };
  return [{ severity: 'error', ...explain('route-without-standby/down', facts), commands: [] }];
}

function findingsOf(target: string, via: RouteRow['via'], controller: RouteRow['controller']): ShownFinding[] {
  const beside = controller && via.find(({ hostId }) => hostId === controller.host);
  if (!beside) return [];
  const facts = { controller: controller.name, host: beside.host, target };
  return [{ severity: 'warning', ...explain('controller-beside-router/host', facts), commands: [] }];
}

function pendingCause(
  network: string,
  router: RouteVia | undefined,
  routers: readonly RouteVia[],
  controllerCause: string | null,
): string {
  const [other] = routers;
  if (!router) return other ? `its router was removed; ${other.node.name} stands by` : 'none of its routers is left';
  const { node, address, outcome } = router;
  if (outcome && outcome.kind !== 'done') return `${node.name}: ${outcome.cause}`;
  if (address === null) return `${node.name} has no address in ${network} yet`;
  if (!outcome) return `the host of ${node.name} has not reported yet that it forwards`;
  return controllerCause ?? 'its controller has not been told yet';
}
