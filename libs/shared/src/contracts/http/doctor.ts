import { z } from 'zod';
import { DoctorCheck, DoctorResult } from '../doctor.js';
import { See } from '../problems.js';
import { FixCommands, HostRef } from './common.js';
import { NodeRef } from './nodes.js';

/** A check as the API shows it. `see` and `commands` come from the API, not from the agent. */
export const ShownDoctorCheck = DoctorCheck.extend({
  node: NodeRef.nullable().describe('The node that it is about; null: it is about the whole machine.'),
  see: See.optional().describe('The request that does what the fix says, or shows more; left out if there is none.'),
  commands: FixCommands,
}).meta({ id: 'DoctorCheck', description: 'One cause that the agent of a host looked for on its machine.' });
export type ShownDoctorCheck = z.infer<typeof ShownDoctorCheck>;

export const DoctorReport = DoctorResult.extend({
  host: HostRef.describe('The host whose machine was looked at.'),
  simulated: z.boolean().describe('Whether the host is simulated: there is no machine to look at.'),
  checks: z.array(ShownDoctorCheck).describe('Every check, those that found something first.'),
}).meta({ id: 'DoctorReport', description: 'What the doctor of one host has just seen.' });
export type DoctorReport = z.infer<typeof DoctorReport>;
