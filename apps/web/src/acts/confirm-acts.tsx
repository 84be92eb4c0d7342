import { Link } from '@tanstack/react-router';
import type { Shape } from '../api/client.js';
import { Button } from '../parts/button.js';
import { StateWord } from '../parts/mark.js';
import { controllerPlace } from '../parts/places.js';
import { ConfirmDialog } from './confirm-dialog.js';
import { lineOf } from './shell-word.js';
import css from './acts.module.css';

/** The acts that need a yes, each with what follows from it. */
interface ContainerActProps {
  container: Shape<'Container'>;
  onClose: () => void;
}

export function RemoveContainerDialog({ container: { name, host, node, version }, onClose }: ContainerActProps) {
  return (
    <ConfirmDialog
      title={`Remove ${node.name}`}
      go="Remove"
      operation="DELETE /v1/hosts/{host}/containers/{name}"
      asking={{ path: { host: host.name, name } }}
      version={version}
      run={lineOf('rm', node.name, '--wait')}
      typed={name}
      events={{ node: node.id }}
      onClose={onClose}
    >
      Its node leaves its networks, and its identity is discarded: a container of this name is another node later.
    </ConfirmDialog>
  );
}

export function DetachDialog({ container: { name, host, node, version, workload }, onClose }: ContainerActProps) {
  return (
    <ConfirmDialog
      title={`Detach ${node.name}`}
      go="Detach"
      operation="DELETE /v1/hosts/{host}/attachments/{name}"
      asking={{ path: { host: host.name, name } }}
      version={version}
      run={lineOf('detach', node.name, '--wait')}
      as="detach"
      typed={name}
      events={{ node: node.id }}
      onClose={onClose}
    >
      {workload} keeps running, without its interface and addresses in the networks. Its node leaves them, and its
      identity is discarded.
    </ConfirmDialog>
  );
}

export function RestartDialog({ container: { name, host, node, version }, onClose }: ContainerActProps) {
  return (
    <ConfirmDialog
      title={`Restart ${node.name}`}
      go="Restart"
      operation="POST /v1/hosts/{host}/containers/{name}/restart"
      asking={{ path: { host: host.name, name } }}
      version={version}
      run={lineOf('restart', node.name, '--wait')}
      events={{ node: node.id }}
      onClose={onClose}
    >
      It keeps its identity and its addresses. Its networks cannot be reached from it for a few seconds.
    </ConfirmDialog>
  );
}

export function LeaveDialog({
  membership: { node, network, version },
  onClose,
}: {
  membership: Shape<'Membership'>;
  onClose: () => void;
}) {
  const name = network.name ?? network.id;
  return (
    <ConfirmDialog
      title={`Remove ${node.name} from ${name}`}
      go="Leave"
      operation="DELETE /v1/nodes/{node}/networks/{network}"
      asking={{ path: { node: node.name, network: network.id } }}
      version={version}
      run={lineOf('leave', node.name, name, '--wait')}
      events={{ node: node.id, network: network.id }}
      onClose={onClose}
    >
      Its interface and its addresses in {name} go away. It can join again later.
    </ConfirmDialog>
  );
}

interface HostActProps {
  host: Shape<'Host'>;
  onClose: () => void;
}

export function PauseDialog({ host: { name, version }, verb, onClose }: HostActProps & { verb: 'pause' | 'resume' }) {
  return (
    <ConfirmDialog
      title={verb === 'resume' ? `Resume ${name}` : `Pause ${name}`}
      go={verb === 'resume' ? 'Resume' : 'Pause'}
      operation={`POST /v1/hosts/{host}/${verb}`}
      asking={{ path: { host: name } }}
      version={version}
      run={lineOf('host', verb, name)}
      asked={`Asked ${name} to ${verb}`}
      events={{ host: name }}
      onClose={onClose}
    >
      {verb === 'resume'
        ? 'It then applies every change requested while it was paused.'
        : 'Everything already running keeps running. Changes to it wait until it is resumed.'}
    </ConfirmDialog>
  );
}

export function RemoveHostDialog({ host: { name, version }, onClose }: HostActProps) {
  return (
    <ConfirmDialog
      title={`Remove ${name}`}
      go="Remove"
      operation="DELETE /v1/hosts/{host}"
      asking={{ path: { host: name } }}
      version={version}
      run={lineOf('host', 'rm', name)}
      typed={name}
      asked={`${name} was removed`}
      anyway={{
        code: 'host-not-empty',
        says: 'Remove it anyway: its containers and networks stay there, unmanaged',
        query: { confirm: name },
      }}
      events={{ host: name }}
      onClose={onClose}
    >
      Orrery forgets it and disconnects its agent. Remove its containers and leave its networks first.
    </ConfirmDialog>
  );
}

export function RemoveNetworkDialog({
  network: { id, name, version },
  onClose,
}: {
  network: Shape<'Network'>;
  onClose: () => void;
}) {
  const said = name ?? id;
  return (
    <ConfirmDialog
      title={`Remove ${said}`}
      go="Remove"
      operation="DELETE /v1/networks/{network}"
      asking={{ path: { network: id }, query: { confirm: said } }}
      version={version}
      run={lineOf('network', 'rm', said)}
      typed={said}
      came={(removed, onDone) => <NetworkGone network={removed as Shape<'Network'>} onDone={onDone} />}
      events={{ network: id }}
      onClose={onClose}
    >
      It is deleted on its controller. After about a minute its nodes no longer reach each other in it; they stay joined
      until they leave.
    </ConfirmDialog>
  );
}

/** The answer came after its controller was asked to delete it, and says whether it has. */
function NetworkGone({
  network: { id, name, sync, managedBy },
  onDone,
}: {
  network: Shape<'Network'>;
  onDone: () => void;
}) {
  const said = name ?? id;
  const isGone = sync?.state === 'applied';
  return (
    <div className={css.text} role="status">
      <p>
        <StateWord is={isGone ? 'fine' : 'asked'}>
          {isGone ? `${said} is gone` : `Asked its controller to delete ${said}`}
        </StateWord>
      </p>
      {!isGone && <p>Its controller has not confirmed it yet. Orrery keeps trying.</p>}
      {managedBy && (
        <p>
          Its controller <Link to={controllerPlace(managedBy.name)}>{managedBy.name}</Link> stays, with its container if
          it has one, because other networks can be on it.
        </p>
      )}
      <div className={css.foot}>
        <Button kind="go" onClick={onDone}>
          Done
        </Button>
      </div>
    </div>
  );
}
