/** SQL that formats values as the contracts define them, so that a row is the answer. */

/** A timestamptz as ISO 8601 in UTC. */
export const iso = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
/** A bigint below 2^53 as a JSON number, not the driver's string. */
export const num = (column: string) => `${column}::float8`;
/** HostRef. */
export const hostRef = (id: string, name: string) => `jsonb_build_object('id', ${id}, 'name', ${name})`;
/** NodeRef of a row of NAMED_NODES. */
export const nodeRef = (alias: string) =>
  `jsonb_build_object('id', ${alias}.id, 'name', ${alias}.name, 'kind', ${alias}.kind)`;
