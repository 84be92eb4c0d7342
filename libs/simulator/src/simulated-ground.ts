import type { RouterGround, SeenGround } from '@orrery/shared/machine';

/** The ground of a simulated host: a LAN, its router, and Docker's bridge. Its networks assign from 10.0.0.0/8 and never conflict with it. */
export const SIMULATED_GROUND: SeenGround = {
  known: true,
  value: [
    { prefix: '0.0.0.0/0', what: '0.0.0.0/0 over eth0', kind: 'route', device: 'eth0' },
    { prefix: '192.168.1.0/24', what: '192.168.1.0/24 over eth0', kind: 'route', device: 'eth0' },
    { prefix: '172.17.0.0/16', what: "172.17.0.0/16 over Docker's bridge docker0", kind: 'route', device: 'docker0' },
    { prefix: '192.168.1.1/32', what: 'the resolver 192.168.1.1', kind: 'resolver', device: 'eth0' },
  ],
};

/** nft is always there, and the bridge masquerades. */
export const SIMULATED_ROUTER_GROUND: RouterGround = {
  bridge: { name: 'orrery', subnets: ['172.18.0.0/16'], isInternal: false, masquerades: true },
};
