import { useState } from 'react';
import type { Shape } from '../api/client.js';
import { ActDialog, ActForm } from './act-dialog.js';
import { ActRefused } from './act-refused.js';
import { FollowedCommand } from './followed-command.js';
import { NetworkField, NodeField, useNetworkChoice, useNetworkWord } from './places-fields.js';
import { lineOf } from './shell-word.js';
import { useAct } from './use-act.js';

interface JoinDialogProps {
  /** Chosen already. */
  node?: string;
  /** Only its nodes are offered. */
  host?: string;
  network?: string;
  onClose: () => void;
}

/** A node in a network: a host's own zerotier-one, or the one in a container. */
export function JoinDialog({ node: givenNode, host, network: givenNetwork, onClose }: JoinDialogProps) {
  const [node, chooseNode] = useState(givenNode ?? host ?? '');
  const [network, chooseNetwork] = useNetworkChoice(givenNetwork);
  const word = useNetworkWord(network);
  const { mutate, data, error, isPending } = useAct<Shape<'Accepted'>>('PUT /v1/nodes/{node}/networks/{network}');
  const join = () => mutate({ asking: { path: { node, network } }, body: {} });
  return (
    <ActDialog
      title={givenNode === undefined ? 'Join a node to a network' : `Join ${givenNode} to a network`}
      run={lineOf('join', node || 'NODE', word || 'NETWORK', '--wait')}
      onClose={onClose}
    >
      {data ? (
        <FollowedCommand first={data.command} />
      ) : (
        <ActForm go="Join" isReady={node !== '' && network !== ''} isSending={isPending} onGo={join} onClose={onClose}>
          {givenNode === undefined && <NodeField value={node} onChange={chooseNode} host={host} />}
          {givenNetwork === undefined && <NetworkField value={network} onChange={chooseNetwork} />}
          <ActRefused error={error} />
        </ActForm>
      )}
    </ActDialog>
  );
}
