import { Reference } from '@orrery/shared/contracts';
import { z } from 'zod';

/** `/v1/hosts/{host}/containers/{name}` */
export const ContainerPath = z.strictObject({ host: Reference, name: Reference });
export type ContainerPath = z.infer<typeof ContainerPath>;
