import { Injectable } from '@nestjs/common';
import type { Command, CommandId, CommandQuery, HostId } from '@orrery/shared/contracts';
import { showing, toldOutcome } from './outcomes.js';
import type { Sql } from '../database/sql.js';
import { hostRef, iso, num } from '../paging/columns.js';
import { Keyset, mapPage, withoutKey } from '../paging/keyset.js';
import { Where } from '../paging/where.js';

const NEWEST = new Keyset([{ sql: 'c.created_at', cast: 'timestamptz' }, { sql: 'c.id' }], 'DESC');

/** Commands of removed hosts are history and stay readable. */
const SELECT = `
  SELECT c.id, c.action, ${hostRef('h.id', 'h.name')} AS host, h.simulated, c.target, c.container_id AS container,
         c.node_id AS node, c.network_ids AS networks, c.group_id AS "group", ${num('c.revision')} AS revision, c.state,
         (SELECT COALESCE(jsonb_agg(jsonb_build_object('item', ci.item_id, 'outcome', ${toldOutcome('ci.outcome', 'ci.item_id')}) ORDER BY ci.item_id), '[]')
            FROM command_items ci WHERE ci.command_id = c.id) AS items,
         CASE WHEN c.outcome ->> 'kind' <> 'done' THEN COALESCE((SELECT ${toldOutcome('ci.outcome', 'ci.item_id')}
           FROM command_items ci WHERE ci.command_id = c.id AND ci.outcome = c.outcome ORDER BY ci.item_id LIMIT 1), c.outcome)
           ELSE c.outcome END AS outcome,
         (SELECT COALESCE(jsonb_agg(jsonb_build_object(
                   'stage', st.stage, 'detail', st.detail, 'at', ${iso('st.at')},
                   'ms', GREATEST(0, round(extract(epoch FROM st.at - c.created_at) * 1000)::int)) ORDER BY st.id), '[]')
            FROM command_stages st WHERE st.command_id = c.id) AS stages,
         c.created_by AS "by", ${iso('c.created_at')} AS "createdAt", ${iso('c.delivered_at')} AS "deliveredAt",
         ${iso('c.ended_at')} AS "endedAt", ${NEWEST.key}
    FROM commands c JOIN hosts h ON h.id = c.host_id`;

const shown = (command: Command): Command => ({ ...showing(command), items: command.items.map(showing) });

@Injectable()
export class CommandsRepository {
  async list(sql: Sql, query: CommandQuery, host: HostId | undefined) {
    const where = new Where()
      .andIf(host, 'c.host_id = $?')
      .andIf(query.state, 'c.state = $?')
      .andIf(query.group, 'c.group_id = $?')
      .has(query.q, "c.action || ' ' || c.target", 'h.name', 'c.created_by');
    return mapPage(await NEWEST.page<Command>(sql, SELECT, where, query), shown);
  }

  async get(sql: Sql, id: CommandId): Promise<Command | undefined> {
    const rows = await sql.query<Command[]>(`${SELECT} WHERE c.id = $1`, [id]);
    return rows[0] && shown(rows[0]);
  }

  async ofGroup(sql: Sql, group: CommandId): Promise<Command[]> {
    const rows = await sql.query<(Command & { key: string[] })[]>(`${SELECT} WHERE c.group_id = $1 ORDER BY h.name`, [
      group,
    ]);
    return rows.map((row) => shown(withoutKey<Command>(row)));
  }
}
