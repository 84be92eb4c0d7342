import { readFileSync } from 'node:fs';
import { explain } from '@orrery/shared/contracts';
import { AppError, describeError, Secret } from '@orrery/shared/runtime';

/**
 * The URL of the database, with the password from a file, so that it does not appear in the environment of the process.
 * The file is read once, at the start; whitespace around its text is not part of the password.
 */
export function withPasswordOf(file: string | undefined, url: Secret): Secret {
  if (file === undefined) return url;
  const whole = new URL(url.reveal());
  if (whole.password !== '') throw new AppError({ kind: 'user', ...explain('settings-invalid/password-twice') });
  whole.password = encodeURIComponent(readPassword(file));
  return new Secret(whole.href);
}

function readPassword(file: string): string {
  let password: string;
  try {
    password = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new AppError({
      kind: 'user',
      ...explain('settings-invalid/password-unreadable', { error: describeError(error) }),
      origin: error,
    });
  }
  if (password === '') throw new AppError({ kind: 'user', ...explain('settings-invalid/password-empty', { file }) });
  return password;
}
