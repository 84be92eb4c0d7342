/**
 * Names and causes come from networks, containers and daemons that belong to other people. Characters that a terminal would interpret
 * (control characters, ANSI sequences), that reorder text (bidi) or that are invisible (zero width, tags) are written as code points.
 */
const HOSTILE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]|[\ud800-\udfff]/gu;

export const safeText = (text: string): string => text.replace(HOSTILE, visible);

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

/** JSON for stdout: the same value, with everything that a terminal could interpret as \u escapes. */
export function jsonText(value: unknown, indent: number | undefined = 2): string {
  return JSON.stringify(value, null, indent).replace(HOSTILE, (character) =>
    character === '\n' ? character : utf16Escapes(character),
  );
}

const utf16Escapes = (character: string) =>
  Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }).join('');
