// Whole systems on a shared machine: a test that fails is tried once more, and the first failure is printed, never hidden. What fails
// twice fails. At once, not after the rest of its file: what follows may take away what the test stands on. Unit specs are not retried.
import { jest } from '@jest/globals';

jest.retryTimes(1, { logErrorsBeforeRetry: true, retryImmediately: true });
