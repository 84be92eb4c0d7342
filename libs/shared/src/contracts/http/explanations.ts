import { z } from 'zod';
import { CommandId, NetworkId } from '../ids.js';
import { See } from '../problems.js';
import { FixCommands, HostRef, Reference, Timestamp } from './common.js';
import { NodeRef } from './nodes.js';

export const Standing = z.enum(['fine', 'warning', 'trouble', 'unknown']).meta({
  id: 'Standing',
  description:
    '`fine`: as wanted. `warning`: it works, but something about it is wrong. `trouble`: it does not work. `unknown`: nobody can tell now.',
});
export type Standing = z.infer<typeof Standing>;

export const ViewPoint = z
  .object({
    text: z.string().meta({ description: 'What it says, in words.', example: 'has a record, not authorized' }),
    standing: Standing.describe('Whether this is as wanted.'),
  })
  .meta({ id: 'ViewPoint', description: 'What one of the parties says about a membership.' });
export type ViewPoint = z.infer<typeof ViewPoint>;

/** One cause: a code of docs/errors.md with its texts. */
const Cause = z.object({
  code: z.string().meta({ description: 'Code of the cause; docs/errors.md explains it.', example: 'authorization' }),
  cause: z.string().describe('Why, in words.'),
  fix: z.string().describe('What to do about it.'),
  commands: FixCommands,
  see: See.optional().describe('The request that does what the fix says, or shows more; left out if there is none.'),
  docs: z.string().meta({ description: 'Where the code is explained.', example: '/docs/errors#authorization' }),
});

export const FurtherCause = Cause.extend({
  standing: Standing.describe('How bad it is.'),
  about: z.string().meta({ description: 'What it is about.', example: 'web-1/demo' }),
}).meta({ id: 'FurtherCause', description: 'Something else that is wrong.' });
export type FurtherCause = z.infer<typeof FurtherCause>;

export const StoryLine = z
  .object({
    at: Timestamp.describe('When it happened.'),
    text: z.string().meta({ description: 'What happened.', example: 'its zerotier-one answers as 3cdfe08e8b' }),
  })
  .meta({ id: 'StoryLine', description: 'One thing that happened.' });
export type StoryLine = z.infer<typeof StoryLine>;

export const Explanation = z
  .object({
    about: z
      .object({
        kind: z.enum(['host', 'node', 'membership', 'network', 'command']).describe('What kind of thing it is.'),
        name: z.string().describe('Its name, as people write it.'),
        host: HostRef.nullable().describe('The host; null if it is about no single host.'),
        node: NodeRef.nullable().describe('The node; null if it is about no single node.'),
        network: z
          .object({
            id: NetworkId.describe('ZeroTier network ID.'),
            name: z.string().nullable().describe('Name of the network; null if it has none.'),
          })
          .nullable()
          .describe('The network; null if it is about no single network.'),
        command: CommandId.nullable().describe('The command; null if it is about none.'),
      })
      .describe('What is explained.'),
    standing: Standing.describe('How it stands.'),
    pending: z
      .boolean()
      .default(false)
      .describe('Whether it is on its way: asked for without a result yet, and nothing is known to hold it up.'),
    headline: z.string().meta({
      description: 'The answer in one sentence.',
      example: 'web-1/demo is not in shop: its controller has not authorized 3cdfe08e8b',
    }),
    since: Timestamp.nullable().describe('Since when it is so; null if that is not known.'),
    asOf: Timestamp.nullable().describe(
      'When its host was last heard from, if it is not heard from now: what is told is as old as that. Null: it is current.',
    ),
    cause: Cause.nullable().describe('The cause; null if all is as wanted, or if the cause is not known.'),
    views: z
      .object({
        controller: ViewPoint.describe('What the controller of the network says.'),
        daemon: ViewPoint.describe('What zerotier-one on the node says.'),
        kernel: ViewPoint.describe('What the kernel shows.'),
      })
      .nullable()
      .describe('The three views of a membership; null for anything else.'),
    story: z.array(StoryLine).describe('How it came to be so, the oldest first; the last dozen things that matter.'),
    more: z.array(FurtherCause).describe('Whatever else is wrong, the worst first; at most 20.'),
  })
  .meta({ id: 'Explanation', description: 'Why something is as it is.' });
export type Explanation = z.infer<typeof Explanation>;

export const ExplanationQuery = z.strictObject({
  about: Reference.meta({
    description:
      'What to explain: HOST, HOST/CONTAINER, an address, a network, or the ID of a command. If a name is of two kinds, write the kind before it: `host:shop`, `node:shop`, `network:shop`.',
    example: 'web-1/demo',
  }),
  network: Reference.optional().meta({
    description: 'Explain the membership of this node in this network: its 16-digit ID or its name.',
    example: 'shop',
  }),
});
export type ExplanationQuery = z.infer<typeof ExplanationQuery>;
