import type { Bundle } from './agent-bundle.js';

export interface InstallFacts {
  url: string;
  pin: string | null;
  /** PEM of the private authority. */
  authority: string | undefined;
  bundle: Pick<Bundle, 'sha256' | 'platform'>;
}

/** The installer for this API: its template with every `@NAME@` of an assignment replaced by a word that the shell takes as it is. */
export function installScript(template: string, { url, pin, authority, bundle }: InstallFacts): string {
  const values: Record<string, string> = {
    URL: url,
    PIN: pin ?? '',
    SHA256: bundle.sha256,
    PLATFORM: bundle.platform,
    AUTHORITY: (authority ?? '').trim(),
  };
  return template
    .replace(/=@([A-Z0-9]+)@$/gm, (whole, name: string) =>
      name in values ? `=${shellWord(values[name] ?? '')}` : whole,
    )
    .replace('@URL@', url.replaceAll(/[^\x21-\x7e]/g, ''));
}

/** Nothing in single quotes means anything to a shell, but a single quote. */
export const shellWord = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
