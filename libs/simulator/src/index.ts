// The machine of a simulated host, for the agent. Tests import the model of zerotier-one by its files.
export { SimulatedMachine } from './simulated-machine.js';
