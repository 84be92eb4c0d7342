import { z } from 'zod';

/** Placeholder in `command` for the join token. */
export const TOKEN_PLACE = 'TOKEN';

export const Install = z
  .object({
    url: z.string().describe('URL at which hosts reach the API.'),
    pin: z
      .string()
      .nullable()
      .describe(
        'SHA-256 of the public key of the API’s certificate in base64, for curl’s `--pinnedpubkey sha256//…`; null without TLS.',
      ),
    loopbackOnly: z.boolean().describe('True: only this machine reaches that URL, so no other can be added.'),
    platforms: z
      .array(z.string())
      .default([])
      .describe('Platforms of the machines that it can install on: `linux-x64`, `linux-arm64`.'),
    command: z
      .string()
      .nullable()
      .describe(
        'Command to run on the machine as root, with a join token in place of `TOKEN`; null if `loopbackOnly`.',
      ),
  })
  .meta({ id: 'Install', description: 'How another machine becomes a host of this Orrery.' });
export type Install = z.infer<typeof Install>;
