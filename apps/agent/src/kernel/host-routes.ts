import { z } from 'zod';
import { runTool, ToolMissing } from './run-tool.js';
import { parseProcRoutes } from './proc-net.js';
import { withPrefix } from './zerotier-device.js';

/** A route of this host, in any table and over any device. */
export interface HostRoute {
  target: string;
  device: string | null;
  /** Type `local`: one of the host's own addresses. */
  isLocal: boolean;
}

const Routes = z.array(
  z.looseObject({
    type: z.string().default('unicast'),
    dst: z.string().optional(),
    dev: z.string().optional(),
    gateway: z.string().optional(),
    via: z.object({ host: z.string() }).optional(),
    pref: z.string().optional(),
    nexthops: z.array(z.looseObject({ dev: z.string().optional() })).optional(),
  }),
);
/** Types of routes that the kernel creates by itself for every device; they say nothing about where traffic goes. */
const SILENT = ['multicast', 'broadcast', 'anycast'];

/** Every route of every table; only those of the main table if there is no `ip`. */
export async function readHostRoutes(signal?: AbortSignal): Promise<HostRoute[]> {
  try {
    return parseHostRoutes(await runTool(['ip', '-json', 'route', 'show', 'table', 'all'], '', signal));
  } catch (error) {
    if (!(error instanceof ToolMissing)) throw error;
    const files = 'for f in /proc/net/route /proc/net/ipv6_route; do echo "@ $f"; cat "$f" 2>/dev/null; done; true';
    return parseProcRoutes(await runTool(['sh', '-c', files], '', signal));
  }
}

export function parseHostRoutes(output: string): HostRoute[] {
  return Routes.parse(JSON.parse(output.trim() || '[]')).flatMap((route) => {
    const { type, dst, dev, nexthops } = route;
    if (dst === undefined || SILENT.includes(type)) return [];
    const device = dev ?? nexthops?.find((hop) => hop.dev !== undefined)?.dev ?? null;
    return [{ target: targetOf(dst, route), device, isLocal: type === 'local' }];
  });
}

function targetOf(dst: string, { gateway, via, pref }: { gateway?: string; via?: { host: string }; pref?: string }) {
  if (dst !== 'default') return withPrefix(dst);
  return (gateway ?? via?.host)?.includes(':') || pref !== undefined ? '::/0' : '0.0.0.0/0';
}

/** The device over which an address is reached now; undefined if the kernel has no route or cannot be asked. */
export async function deviceTowards(address: string, signal?: AbortSignal): Promise<string | undefined> {
  try {
    return parseDevice(await runTool(['ip', '-json', 'route', 'get', address], '', signal));
  } catch {
    return undefined;
  }
}

/** Parses the output of `ip -json route get`. */
export const parseDevice = (output: string): string | undefined => Routes.parse(JSON.parse(output))[0]?.dev;
