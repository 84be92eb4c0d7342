import type { LoadedEpoch } from './journal-loader.js';

const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);

/** `sizes[0]` belongs to event `first`. */
export const confirmedBytes = (epoch: LoadedEpoch): number => sum(epoch.sizes.slice(0, confirmedCount(epoch)));
export const unconfirmedBytes = (epoch: LoadedEpoch): number => sum(epoch.sizes.slice(confirmedCount(epoch)));

const confirmedCount = (epoch: LoadedEpoch) => Math.max(0, epoch.cursor - epoch.first + 1);
