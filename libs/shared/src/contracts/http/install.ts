import { z } from 'zod';

/** Stands in `command` for the join token. */
export const TOKEN_PLACE = 'TOKEN';

/** How a further machine becomes a host of this Orrery. */
export const Install = z
  .object({
    /** Where hosts reach the API. */
    url: z.string(),
    /** Base64 SHA-256 of the public key of the API's certificate, for curl's `--pinnedpubkey sha256//…`; null without TLS. */
    pin: z.string().nullable(),
    /** Only this machine can reach that URL: nothing can be installed from elsewhere. */
    loopbackOnly: z.boolean(),
    /** Of the machines that it can install on: `linux-x64`, `linux-arm64`. */
    platforms: z.array(z.string()).default([]),
    /** What a person pastes on the machine, as root, with a join token in place of `TOKEN`; null when `loopbackOnly`. */
    command: z.string().nullable(),
  })
  .meta({ id: 'Install' });
export type Install = z.infer<typeof Install>;
