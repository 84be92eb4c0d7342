/** All acts are loaded together: in a part for each, they were dozens of small files. */
export { AttachDialog } from './attach-dialog.js';
export * from './buttons.js';
export { ChosenBar } from './chosen-bar.js';
export { NextSteps } from './next-steps.js';
export { RouteActs } from './route-acts.js';
export { Stages } from './stages.js';
