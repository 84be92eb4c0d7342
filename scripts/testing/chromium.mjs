import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

// The first is the same browser without windows: it takes half of the processor's time.
const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

export const HOW_TO_GET_CHROMIUM =
  'sudo apt-get install chromium-headless-shell, or set ORRERY_CHROMIUM to the program of a Chromium that is there';

/**
 * The program of a Chromium: `ORRERY_CHROMIUM`, or one on PATH.
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
export function chromiumIn({ ORRERY_CHROMIUM: named, PATH = '' }) {
  const places = PATH.split(':').flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...(named ? [named] : []), ...places].find(isProgram);
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
