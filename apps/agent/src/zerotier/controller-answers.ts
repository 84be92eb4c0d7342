import { NetworkId, NodeAddress, type ControllerRecord, type ControllerRecordChange } from '@orrery/shared/contracts';
import { z } from 'zod';

/** The fields of the controller's answers that are read (docs/zerotier-facts.md#controller). */
export const ControllerStatus = z.object({
  controller: z.boolean(),
  databaseReady: z.boolean().catch(true),
});

/** Ids or whole networks, depending on the release. */
export const NetworkList = z
  .array(z.union([NetworkId, z.object({ id: NetworkId }), z.object({ nwid: NetworkId })]))
  .transform((list) =>
    list.map((entry) => (typeof entry === 'string' ? entry : 'id' in entry ? entry.id : entry.nwid)).sort(),
  );

const Revisions = z.record(NodeAddress, z.unknown());

/** Addresses with their revisions; in 1.12.1, an array of such objects. */
export const RecordList = z
  .union([Revisions, z.array(Revisions)])
  .transform((list) => (Array.isArray(list) ? list : [list]).flatMap((revisions) => Object.keys(revisions)).sort());

const numbers = { vMajor: z.int().catch(-1), vMinor: z.int().catch(-1), vRev: z.int().catch(-1) };

/** The node has asked to join, but the controller records its version only once it authorizes the node. */
const UNKNOWN_VERSION = 'unknown';

export const DaemonRecord = z
  .object({
    address: NodeAddress,
    authorized: z.boolean(),
    name: z.string().catch(''),
    ipAssignments: z.array(z.string()).catch([]),
    activeBridge: z.boolean().catch(false),
    noAutoAssignIps: z.boolean().catch(false),
    /** Absent until the node asks to join. */
    identity: z.string().catch(''),
    ...numbers,
  })
  .transform(
    ({ address, authorized, name, ipAssignments, activeBridge, noAutoAssignIps, ...node }): ControllerRecord => {
      const { identity, vMajor, vMinor, vRev } = node;
      const version = vMajor >= 0 ? `${vMajor}.${vMinor}.${vRev}` : identity === '' ? null : UNKNOWN_VERSION;
      return {
        ...{ address, authorized, name, version },
        ...{ addresses: ipAssignments, bridge: activeBridge, noAutoAssign: noAutoAssignIps },
      };
    },
  );

/** All records of a network in one answer, in releases that support it. */
export const BulkRecords = z.object({ data: z.array(DaemonRecord) }).transform(({ data }) => data);

/** The body of a POST that changes a record; omitted fields stay as they are. */
export function recordBody({ authorized, name, addresses, bridge, noAutoAssign }: ControllerRecordChange): object {
  return {
    ...(authorized !== undefined && { authorized }),
    ...(name !== undefined && { name }),
    ...(addresses && { ipAssignments: addresses }),
    ...(bridge !== undefined && { activeBridge: bridge }),
    ...(noAutoAssign !== undefined && { noAutoAssignIps: noAutoAssign }),
  };
}
