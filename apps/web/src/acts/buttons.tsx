import type { Shape } from '../api/client.js';
import { useRead } from '../api/use-read.js';
import { countWord } from '../parts/words.js';
import { ActBar, ActButton, ActGroup } from './act-button.js';
import { AttachDialog } from './attach-dialog.js';
import {
  DetachDialog,
  LeaveDialog,
  PauseDialog,
  RemoveContainerDialog,
  RemoveHostDialog,
  RemoveNetworkDialog,
  RestartDialog,
} from './confirm-acts.js';
import { DecideDialog } from './decide-dialog.js';
import { DoctorDialog } from './doctor-dialog.js';
import { HostAddDialog } from './host-add-dialog.js';
import { JoinDialog } from './join-dialog.js';
import { LaunchDialog } from './launch-dialog.js';
import { NetworkChangeDialog } from './network-change-dialog.js';
import { NetworkCreateDialog } from './network-create-dialog.js';
import { ProbeDialog } from './probe-dialog.js';
import { RouteAddDialog } from './route-add-dialog.js';
import css from './acts.module.css';

/** The acts of each page. */
const LAUNCH = 'POST /v1/hosts/{host}/containers';
const JOIN = 'PUT /v1/nodes/{node}/networks/{network}';
const DECIDE = 'PUT /v1/networks/{network}/admissions/{node}';

interface LaunchButtonProps {
  host?: string;
  network?: string;
  kind?: 'go' | 'plain';
}

export const LaunchButton = ({ host, network, kind = 'go' }: LaunchButtonProps) => (
  <ActButton
    operation={LAUNCH}
    kind={kind}
    name="Launch…"
    dialog={(close) => <LaunchDialog host={host} network={network} onClose={close} />}
  />
);

export const JoinButton = ({ node, host, network }: { node?: string; host?: string; network?: string }) => (
  <ActButton
    operation={JOIN}
    name="Join…"
    dialog={(close) => <JoinDialog node={node} host={host} network={network} onClose={close} />}
  />
);

interface CreateNetworkButtonProps {
  kind?: 'go' | 'plain';
}

export const CreateNetworkButton = ({ kind = 'go' }: CreateNetworkButtonProps) => (
  <ActButton
    operation="POST /v1/networks"
    kind={kind}
    name="Create a network…"
    dialog={(close) => <NetworkCreateDialog onClose={close} />}
  />
);

interface AddHostButtonProps {
  /** Typed already. */
  host?: string;
  kind?: 'go' | 'plain';
}

export const AddHostButton = ({ host, kind = 'go' }: AddHostButtonProps) => (
  <ActButton
    operation="POST /v1/join-tokens"
    kind={kind}
    name="Add a host…"
    dialog={(close) => <HostAddDialog name={host} onClose={close} />}
  />
);

export const AttachButton = ({
  kind = 'plain',
  ...given
}: {
  kind?: 'go' | 'plain';
  host?: string;
  workload?: string;
}) => (
  <ActButton
    operation="POST /v1/hosts/{host}/attachments"
    kind={kind}
    name="Attach…"
    dialog={(close) => <AttachDialog {...given} onClose={close} />}
  />
);

export const AddRouteButton = ({ kind = 'plain', network }: { kind?: 'go' | 'plain'; network?: string }) => (
  <ActButton
    operation="POST /v1/networks/{network}/routes"
    kind={kind}
    name="Add a route…"
    dialog={(close) => <RouteAddDialog network={network} onClose={close} />}
  />
);

/** What makes a fleet larger. `isTold`: launching and creating a network are offered beside it already. */
export const FleetActs = ({ isTold }: { isTold: boolean }) => (
  <ActBar>
    <AddHostButton kind="plain" />
    {!isTold && <LaunchButton kind="plain" />}
    {!isTold && <CreateNetworkButton kind="plain" />}
  </ActBar>
);

export function HostActs({ host }: { host: Shape<'Host'> }) {
  const { name, paused } = host;
  return (
    <ActBar>
      <LaunchButton host={name} />
      <JoinButton host={name} />
      <AttachButton host={name} />
      <ActButton
        operation="POST /v1/hosts/{host}/doctor"
        name="Doctor…"
        dialog={(close) => <DoctorDialog host={name} onClose={close} />}
      />
      <ActGroup>
        <ActButton
          operation="POST /v1/hosts/{host}/pause"
          kind="bare"
          name="Pause…"
          isOffered={!paused}
          dialog={(close) => <PauseDialog host={host} verb="pause" onClose={close} />}
        />
        <ActButton
          operation="POST /v1/hosts/{host}/resume"
          name="Resume…"
          isOffered={paused}
          dialog={(close) => <PauseDialog host={host} verb="resume" onClose={close} />}
        />
        <ActButton
          operation="DELETE /v1/hosts/{host}"
          kind="bare"
          name="Remove…"
          dialog={(close) => <RemoveHostDialog host={host} onClose={close} />}
        />
      </ActGroup>
    </ActBar>
  );
}

export const ProbeButton = (given: { node: string; target?: string }) => (
  <ActButton
    operation="POST /v1/nodes/{node}/probes"
    name="Probe…"
    dialog={(close) => <ProbeDialog {...given} onClose={close} />}
  />
);

export function NodeActs({ node: { name, kind, host } }: { node: Shape<'Node'> }) {
  const container = name.slice(name.indexOf('/') + 1);
  const { data } = useRead(
    '/v1/hosts/{host}/containers/{name}',
    { path: { host: host.name, name: container } },
    { enabled: kind === 'container' },
  );
  return (
    <ActBar>
      <JoinButton node={name} />
      <ProbeButton node={name} />
      {data && <ContainerActs container={data} />}
    </ActBar>
  );
}

/** Of a container on its own page. */
export const OneContainerActs = (props: { container: Shape<'Container'> }) => (
  <ActBar>
    <ContainerActs {...props} />
  </ActBar>
);

function ContainerActs({ container }: { container: Shape<'Container'> }) {
  const { workload, byLabel, intent } = container;
  return (
    <>
      <ActButton
        operation="POST /v1/hosts/{host}/containers/{name}/restart"
        name="Restart…"
        dialog={(close) => <RestartDialog container={container} onClose={close} />}
      />
      <ActButton
        operation="DELETE /v1/hosts/{host}/containers/{name}"
        kind="bare"
        name="Remove…"
        isOffered={workload === null && intent !== 'absent'}
        dialog={(close) => <RemoveContainerDialog container={container} onClose={close} />}
      />
      <ActButton
        operation="DELETE /v1/hosts/{host}/attachments/{name}"
        kind="bare"
        name="Detach…"
        isOffered={workload !== null && !byLabel && intent !== 'absent'}
        dialog={(close) => <DetachDialog container={container} onClose={close} />}
      />
      {byLabel && (
        <p className={css.text}>
          The label of {workload} attaches it. To detach it, take the label away and recreate that container.
        </p>
      )}
    </>
  );
}

export function NetworkActs({ network }: { network: Shape<'Network'> }) {
  return (
    <ActBar>
      <LaunchButton network={network.id} />
      <JoinButton network={network.id} />
      {network.managedBy && <AddRouteButton network={network.id} />}
      <ActButton
        operation={network.managedBy ? 'PATCH /v1/networks/{network}' : 'PUT /v1/networks/{network}'}
        name="Change…"
        dialog={(close) => <NetworkChangeDialog network={network} onClose={close} />}
      />
      {network.managedBy && (
        <ActButton
          operation="DELETE /v1/networks/{network}"
          kind="bare"
          name="Remove…"
          dialog={(close) => <RemoveNetworkDialog network={network} onClose={close} />}
        />
      )}
    </ActBar>
  );
}

/** Several that wait for a person: the dialog names each. */
export const DecideButtons = ({ about }: { about: readonly Shape<'Membership'>[] }) => (
  <>
    <ActButton
      operation={DECIDE}
      kind="go"
      name={about.length === 2 ? 'Authorize both…' : `Authorize all ${countWord(about.length, false)}…`}
      dialog={(close) => <DecideDialog verdict="authorize" about={about} onClose={close} />}
    />
    <ActButton
      operation={DECIDE}
      kind="bare"
      name="Deny…"
      dialog={(close) => <DecideDialog verdict="deny" about={about} onClose={close} />}
    />
  </>
);

/** `waits`: authorizing it is offered beside its cause. */
export function MembershipActs({ membership, waits }: { membership: Shape<'Membership'>; waits: boolean }) {
  const { controller, managed, intent } = membership;
  return (
    <ActBar>
      <ActButton
        operation={DECIDE}
        name="Authorize…"
        isOffered={controller?.authorized === false && !waits}
        dialog={(close) => <DecideDialog verdict="authorize" about={[membership]} onClose={close} />}
      />
      <ActButton
        operation={DECIDE}
        name="Deny…"
        isOffered={controller?.authorized === true}
        dialog={(close) => <DecideDialog verdict="deny" about={[membership]} onClose={close} />}
      />
      <ActButton
        operation="DELETE /v1/nodes/{node}/networks/{network}"
        kind="bare"
        name="Leave…"
        isOffered={managed && intent !== 'absent'}
        dialog={(close) => <LeaveDialog membership={membership} onClose={close} />}
      />
    </ActBar>
  );
}
