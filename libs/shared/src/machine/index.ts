// What an agent asks of its machine, real or simulated: the port, and what both of its sides have in common.
export * from './controller-api.js';
export * from './ground.js';
export * from './identity-store.js';
export * from './judge-address.js';
export * from './local-http.js';
export * from './machine.js';
export * from './prober.js';
export * from './step.js';
