import type { Way } from '@orrery/shared/machine';
import { describeError } from '@orrery/shared/runtime';
import { z } from 'zod';
import { runTool, ToolMissing } from './run-tool.js';

const Routes = z
  .array(
    z.looseObject({
      type: z.string().default('unicast'),
      dev: z.string(),
      gateway: z.string().optional(),
      via: z.unknown().optional(),
    }),
  )
  .min(1);

/**
 * `enter`: the prefix that enters the namespace; empty for ours. Rejects if there is no `ip` or entering is not
 * permitted.
 */
export async function wayTowards(enter: readonly string[], address: string, signal: AbortSignal): Promise<Way> {
  try {
    const printed = await runTool([...enter, 'ip', '-json', 'route', 'get', address], '', signal);
    return readWay(printed);
  } catch (error) {
    const cause = describeError(error);
    if (error instanceof ToolMissing || !/RTNETLINK answers/.test(cause)) throw error;
    return { kind: 'none', cause: cause.replace(/^.*RTNETLINK answers: /s, '') };
  }
}

export function readWay(printed: string): Way {
  const [route] = Routes.parse(JSON.parse(printed));
  if (!route) return { kind: 'none', cause: 'no route' };
  if (route.type === 'local') return { kind: 'own' };
  if (route.type !== 'unicast') return { kind: 'none', cause: `the route is ${route.type}` };
  return { kind: 'device', device: route.dev, isOnLink: route.gateway === undefined && route.via === undefined };
}
