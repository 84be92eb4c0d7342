
export interface InstallFacts {
  url: string;
  pin: string | null;
  /** PEM of the private authority. */
  authority: string | undefined;
  /** Those of machines that it can install on. */
  platforms: readonly string[];
}

/** The installer for this API: its template with every `@NAME@` of an assignment replaced by a word that the shell takes as it is. */
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

/** Nothing in single quotes means anything to a shell, but a single quote. */
export const shellWord = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
