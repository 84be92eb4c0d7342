import Docker from 'dockerode';

export const STANDIN_IMAGE = 'orrery-lab/zerotier:standin';

export interface LabEngine {
  readonly docker: Docker;
  readonly image: string;
}

const complain = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

function connect(): Docker {
  const host = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
  return host.startsWith('unix://') ? new Docker({ socketPath: host.slice('unix://'.length) }) : new Docker();
}

/**
 * The engine of DOCKER_HOST and the image to test with: ORRERY_ZEROTIER_IMAGE if it names one, otherwise the stand-in.
 * Undefined, with a printed reason, if there is no engine or no image: then the suite has nothing to run on.
 */
export async function findLabEngine(): Promise<LabEngine | undefined> {
  const docker = connect();
  const image = process.env['ORRERY_ZEROTIER_IMAGE'] ?? STANDIN_IMAGE;
  try {
    await docker.ping();
  } catch (error) {
    complain(`LEFT OUT: no Docker Engine answers (DOCKER_HOST): ${(error as Error).message}`);
    return undefined;
  }
  try {
    await docker.getImage(image).inspect();
  } catch {
    complain(`LEFT OUT: the engine has no image ${image}; test/lab/build-images.sh makes ${STANDIN_IMAGE}`);
    return undefined;
  }
  complain(`zerotier-one under test: ${image}`);
  return { docker, image };
}
