import { PROBE_CHILD } from './probes/child-command.js';

// One file is both, so that wherever the agent runs it can also be run inside a node's network namespace; each loads its own alone.
export const ended =
  process.argv[2] === PROBE_CHILD
    ? import('./probes/probe-child.js').then(({ probeChild }) => probeChild())
    : import('./lifecycle/agent-program.js').then(({ agentProgram }) => agentProgram(process.env));
