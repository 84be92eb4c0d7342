import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import type { LabWorld } from '../../support/zerotier/lab-world.js';

export async function gatewayOf({ docker, network }: LabWorld): Promise<string> {
  const { IPAM } = (await docker.getNetwork(network).inspect()) as { IPAM: { Config: { Gateway: string }[] } };
  const gateway = IPAM.Config[0]?.Gateway;
  if (!gateway) throw new Error('the lab network has no gateway');
  return gateway;
}

/** A server on the bridge that forwards to a port on loopback: from a closed network there is no other way. */
export const leadTo =
  (gateway: string) =>
  async (port: number): Promise<Server> => {
    const way = createServer((socket) => {
      const through = connect(port, '127.0.0.1');
      socket.pipe(through).pipe(socket);
      for (const end of [socket, through]) end.on('error', () => (socket.destroy(), through.destroy()));
    });
    way.listen(0, gateway);
    await once(way, 'listening');
    return way;
  };
