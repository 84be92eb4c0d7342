/**
 * Which answers of the API an event can have changed, by the beginning of their paths: the page looks again. The
 * topology and the newest events are not among them, because events carry what these show (kept-answers.ts).
 */
const MEMBERSHIPS = ['/v1/memberships', '/v1/nodes/', '/v1/networks', '/v1/interfaces', '/v1/admissions', '/v1/status'];
/** What a kernel shows is in no count. */
const INTERFACES = ['/v1/memberships', '/v1/nodes/', '/v1/interfaces'];
const ROUTES = ['/v1/routes', '/v1/networks/{network}/routes'];

const BY_FAMILY: Record<string, readonly string[]> = {
  host: ['/v1/hosts', '/v1/status', '/v1/join-tokens'],
  probe: ['/v1/nodes/{node}/probes'],
  node: ['/v1/nodes', '/v1/memberships'],
  container: ['/v1/containers', '/v1/hosts/', '/v1/nodes', '/v1/status', '/v1/routes'],
  workload: ['/v1/workloads'],
  network: MEMBERSHIPS,
  authorization: MEMBERSHIPS,
  admission: [...MEMBERSHIPS, '/v1/commands'],
  interface: [...INTERFACES, ...ROUTES],
  address: [...INTERFACES, ...ROUTES],
  item: [...MEMBERSHIPS, '/v1/containers', '/v1/commands', '/v1/routes'],
  command: ['/v1/commands', '/v1/containers', '/v1/hosts/{host}/containers', '/v1/memberships', '/v1/status'],
  finding: ['/v1/findings', '/v1/networks', '/v1/status'],
  controller: ['/v1/controllers', '/v1/networks', '/v1/status'],
  route: ['/v1/routes', '/v1/interfaces', '/v1/networks'],
  router: ['/v1/routes', '/v1/networks'],
  path: ['/v1/networks/{network}/paths'],
  token: ['/v1/tokens', '/v1/join-tokens', '/v1/me'],
};
const ALWAYS = ['/v1/events', '/v1/explanations'];

/** `type` as events carry it: `io.orrery.host.online`. */
export function touchedBy(type: string): readonly string[] {
  const family = type.replace(/^io\.orrery\./, '').split('.')[0] ?? '';
  return [...(BY_FAMILY[family] ?? []), ...ALWAYS];
}

/** `/v1/nodes/` means what is below it; `/v1/nodes` means that as well. */
export const isTouched = (path: string, touched: ReadonlySet<string>): boolean =>
  [...touched].some((start) => path.startsWith(start));
