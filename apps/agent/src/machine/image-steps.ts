import { explain } from '@orrery/shared/contracts';
import { StepError, type Executors, mintStep } from '@orrery/shared/machine';
import { mintIdentity } from '../docker/identity-minter.js';
import { registryCredentials } from '../docker/registry-credentials.js';
import type { ImageNames } from './image-names.js';
import type { RealMachineParts } from './real-machine-parts.js';

type ImageExecutors = Pick<Executors, 'pull-image' | 'mint-identity' | 'forget-identity'>;

/** Minimum time between two progress lines of one pull. */
const PROGRESS_MS = 1_000;

export function imageSteps(parts: RealMachineParts, names: ImageNames): ImageExecutors {
  const { engine, config, identities, logger, turns } = parts;
  return {
    'pull-image': async ({ image }, { signal, progress }) => {
      if (await engine.images.inspect(image, { signal })) return names.forget();
      const credentials = await registryCredentials(config.dockerConfigFile, image);
      logger.info({ event: 'docker.pull', image, credentials: credentials !== undefined }, 'pulling an image');
      let said = -Infinity;
      const say = (detail: string) => {
        if (performance.now() - said < PROGRESS_MS) return;
        said = performance.now();
        progress('pull', `${image}: ${detail}`);
      };
      await engine.images.pull(image, credentials, say, { signal });
      names.forget();
      if (!(await engine.images.inspect(image, { signal })))
        throw new StepError({
          ...explain('image-absent/pulled', { image }),
          transient: true,
        });
      progress('pull', `${image}: complete`);
    },
    'mint-identity': mintStep(identities, async (image, signal) => {
      const secrets = await mintIdentity(engine, image, config.host, { signal });
      turns.minted(secrets.address, { late: true });
      return secrets;
    }),
    'forget-identity': ({ node, identity }) => identities.forget(node, identity),
  };
}
