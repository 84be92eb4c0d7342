// What an agent needs from its machine, real or simulated: the port, and what both implementations share.
export * from './controller-api.js';
export * from './evidence.js';
export * from './ground.js';
export * from './identity-store.js';
export * from './judge-address.js';
export * from './local-http.js';
export * from './machine.js';
export * from './prober.js';
export * from './step.js';
