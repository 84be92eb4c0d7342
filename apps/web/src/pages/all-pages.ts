/** All pages but the overview are loaded together: in a part for each, they were dozens of small files. */
export * from './containers/container-page.js';
export * from './containers/workloads-page.js';
export * from './controllers/controller-page.js';
export * from './controllers/controllers-page.js';
export * from './events/events-page.js';
export * from './lists/fleet-lists.js';
export * from './lists/lists.js';
export * from './routes/route-page.js';
export * from './routes/routes-page.js';
export * from './things/host-page.js';
export * from './things/things.js';
export * from './tokens/tokens-page.js';
export { KeyHelp } from '../search/key-help.js';
export { Palette } from '../search/palette.js';
