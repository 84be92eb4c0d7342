/** Something that is desired does not work, or history is lost. */
export const ERROR_TYPES: readonly string[] = [
  'command.failed',
  'container.died',
  'controller.away',
  'history.gap',
  'host.cloned',
  'host.engine-down',
  'host.unreachable',
  'network.not-found',
  'node.down',
];
/** Somebody has to look, or something became worse. */
export const WARNING_TYPES: readonly string[] = [
  'access.refused',
  'admission.requested',
  'authorization.requested',
  'authorization.revoked',
  'command.waiting',
  'interface.down',
  'node.offline',
  'path.lost',
  'path.relayed',
  'probe.refused',
  'route.conflict',
  'route.switched',
];

const list = (types: readonly string[]) => types.map((type) => `'${type}'`).join(', ');

/** SQL of the severity of an event: by its type, or by what an outcome or finding says itself. What somebody asked for is no trouble. */
export const SEVERITY = `
  CASE WHEN data ? 'ordered' THEN 'info'
       WHEN type IN (${list(ERROR_TYPES)}) THEN 'error'
       WHEN type IN (${list(WARNING_TYPES)}) THEN 'warning'
       WHEN type = 'item.settled' THEN CASE data #>> '{outcome,kind}' WHEN 'failed' THEN 'error' WHEN 'waiting' THEN 'warning' ELSE 'info' END
       WHEN type = 'finding.raised' THEN CASE data #>> '{finding,severity}' WHEN 'error' THEN 'error' WHEN 'warning' THEN 'warning' ELSE 'info' END
       ELSE 'info' END`;

/** SQL of the kind of an event: the first word of its type. */
export const KIND = `split_part(type, '.', 1)`;
