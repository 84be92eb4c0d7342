export interface InstallFacts {
  url: string;
  pin: string | null;
  /** PEM of the private authority. */
  authority: string | undefined;
  /** Platforms that it can install on. */
  platforms: readonly string[];
}

/**
 * The installer for this API: its template with every `@NAME@` of an assignment replaced by a word that the shell takes
 * literally.
 */
export function installScript(template: string, { url, pin, authority, platforms }: InstallFacts): string {
  const values: Record<string, string> = {
    URL: url,
    PIN: pin ?? '',
    PLATFORMS: platforms.join(' '),
    AUTHORITY: (authority ?? '').trim(),
  };
  return template
    .replace(/=@([A-Z0-9]+)@$/gm, (whole, name: string) =>
      name in values ? `=${shellWord(values[name] ?? '')}` : whole,
    )
    .replace('@URL@', url.replaceAll(/[^\x21-\x7e]/g, ''));
}

/** Within single quotes, only a single quote has a meaning for the shell. */
export const shellWord = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
