export * from './bus.js';
export * from './bus-error.js';
export * from './bus-error-filter.js';
export * from './bus-strategy.js';
export * from './incoming.js';
export * from './signing.js';
export * from './trust/index.js';
