/**
 * The own daemon of a host that does not answer, and of which nobody wants anything: it need not even be installed, so
 * that is how it should be. Conditions and texts in SQL, because lists are cut into pages by them.
 */

/** As the catalogue begins the cause `zerotier-missing/home`. */
const NOT_INSTALLED = 'zerotier-one is not installed%';

/** Said where it is not installed. */
export const NO_ZEROTIER = 'no ZeroTier on this host';

/** `id` and `kind`: the columns of a node; `status`: the alias of its row in node_status, which may be missing. */
export const isUnused = (id: string, kind: string, status: string) => `
  (${kind} = 'host' AND ${status}.state IS NOT NULL AND ${status}.state <> 'up'
   AND NOT EXISTS (SELECT FROM memberships um WHERE um.node_id = ${id})
   AND NOT EXISTS (SELECT FROM membership_status us WHERE us.node_id = ${id}))`;

/** What to say of such a node; null for any other. */
export const unusedWords = (id: string, kind: string, status: string) => `
  CASE WHEN ${isUnused(id, kind, status)} THEN
    CASE WHEN ${status}.cause LIKE '${NOT_INSTALLED}' THEN '${NO_ZEROTIER}'
         ELSE 'its zerotier-one does not answer, and nothing needs it' END END`;
