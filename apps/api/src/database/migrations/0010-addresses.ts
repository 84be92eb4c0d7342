import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which node owns an address: reports from hosts are claims. */
export class Addresses1764000000010 implements MigrationInterface {
  readonly name = 'Addresses1764000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA);
  }

  async down(): Promise<void> {
    throw new Error('this migration cannot be undone: restore a backup');
  }
}

const SCHEMA = `
-- The node that a person named; NULL: the person named the address itself, which may belong to a device that Orrery does not manage.
ALTER TABLE verdicts ADD COLUMN node_id text;

-- Addresses are also looked up across networks: a host must not offer one that a controller or a person already knows.
CREATE INDEX verdicts_address ON verdicts (address);
CREATE INDEX controller_records_address ON controller_records (address);
CREATE INDEX findings_claims ON findings (node_id) WHERE code = 'address-claimed';

-- One row for each node. Removing a host removes its nodes.
--   shown     what its agent last reported: a claim that anybody with that host's credentials can make
--   given     the identity that Orrery assigned to it
--   standing  of the address shown. given: Orrery gave it to this node. taken: Orrery gave it to another node. contested: given to
--             nobody, and another node shows it too. alone: given to nobody, and no other node shows it. NULL: the node shows none
--   address   the one that counts as the node's: no two nodes have the same address here
-- A revoked host cannot contest an address. The view reads the tables themselves, not orrery_scope: to a token that sees only some
-- hosts, the addresses of the other hosts must not look unused. Join it to a table that belongs to hosts.
CREATE VIEW node_addresses AS
SELECT n.id AS node_id, n.host_id, s.address AS shown, d.address AS given, t.standing,
       CASE WHEN t.standing = 'alone' THEN s.address ELSE d.address END AS address
  FROM nodes n
  LEFT JOIN node_status s ON s.node_id = n.id
  LEFT JOIN identities d ON d.node_id = n.id AND d.state = 'assigned'
  CROSS JOIN LATERAL (SELECT CASE
    WHEN s.address IS NULL THEN NULL
    WHEN s.address = d.address THEN 'given'
    WHEN EXISTS (SELECT FROM identities g WHERE g.address = s.address AND g.state = 'assigned') THEN 'taken'
    WHEN EXISTS (SELECT FROM node_status o JOIN nodes p ON p.id = o.node_id JOIN hosts q ON q.id = p.host_id AND q.removed_at IS NULL
                  WHERE o.address = s.address AND o.node_id <> s.node_id
                    AND (q.key_revoked_at IS NULL OR (SELECT w.key_revoked_at FROM hosts w WHERE w.id = n.host_id) IS NOT NULL)) THEN 'contested'
    ELSE 'alone' END AS standing) t;

-- The identity of a removed node is retired in the same commit, and is never used again.
CREATE FUNCTION retire_identities() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  UPDATE identities d SET state = 'retired' FROM gone WHERE d.node_id = gone.id AND d.state = 'assigned';
  RETURN NULL;
END $$;
CREATE TRIGGER nodes_retire AFTER DELETE ON nodes REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION retire_identities();
UPDATE identities d SET state = 'retired' WHERE d.state = 'assigned' AND NOT EXISTS (SELECT FROM nodes n WHERE n.id = d.node_id);
`;
