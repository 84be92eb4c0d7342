import { PROBE_CHILD } from './probes/child-command.js';

// This file starts both the agent and its child for probes, so that wherever the agent runs, the child can run in the
// network namespace of a node. Each loads only its own modules.
export const ended =
  process.argv[2] === PROBE_CHILD
    ? import('./probes/probe-child.js').then(({ probeChild }) => probeChild())
    : import('./lifecycle/agent-program.js').then(({ agentProgram }) => agentProgram(process.env));
