import { PROBE_CHILD } from './probes/child-command.js';

// One file is both, so that wherever the agent runs it can also be run inside a node's network namespace; each loads its own alone.
if (process.argv[2] === PROBE_CHILD) await import('./probes/probe-child.js').then(({ probeChild }) => probeChild());
else await import('./lifecycle/agent-program.js').then(({ agentProgram }) => agentProgram(process.env));
