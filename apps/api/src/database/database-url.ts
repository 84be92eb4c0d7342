import { readFileSync } from 'node:fs';
import { AppError, describeError, Secret } from '@orrery/shared/runtime';

/**
 * The URL of the database with the password that is in a file: whatever may look at a process's environment then finds none. The
 * file is read once, at the start; what stands around its text is not of the password.
 */
export function withPasswordOf(file: string | undefined, url: Secret): Secret {
  if (file === undefined) return url;
  const whole = new URL(url.reveal());
  if (whole.password !== '') throw invalid('DATABASE_URL has a password, too', 'Take it out of the URL');
  whole.password = encodeURIComponent(readPassword(file));
  return new Secret(whole.href);
}

function readPassword(file: string): string {
  let password: string;
  try {
    password = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw invalid(describeError(error), 'Name a file that this user may read', error);
  }
  if (password === '') throw invalid(`${file} is empty`, 'Write the password into it');
  return password;
}

const invalid = (what: string, advice: string, origin?: unknown) =>
  new AppError({
    code: 'settings-invalid',
    kind: 'user',
    cause: `ORRERY_DATABASE_PASSWORD_FILE: ${what}`,
    fix: `${advice}, or unset ORRERY_DATABASE_PASSWORD_FILE.`,
    ...(origin === undefined ? {} : { origin }),
  });
