/** The tokens that the picture draws with: custom properties of CSS, without their dashes. */
const TOKENS = [
  ...(['bg', 'surface', 'ink', 'ink2', 'ink3', 'line', 'line2', 'accent', 'fine-dot'] as const),
  ...(['wait', 'wait-fill', 'fail', 'fail-fill', 'away', 'chart', 'chart2', 'sun'] as const),
] as const;

export type Token = (typeof TOKENS)[number];

export interface Theme {
  readonly color: Readonly<Record<Token, string>>;
  /** The fonts of the page. */
  readonly family: string;
}

/** Read once per change of theme: computed styles are expensive in a frame. */
export function readTheme(style: Pick<CSSStyleDeclaration, 'getPropertyValue' | 'fontFamily'>): Theme {
  const read = (token: Token) => [token, style.getPropertyValue(`--${token}`).trim() || 'gray'] as const;
  return { color: Object.fromEntries(TOKENS.map(read)) as Record<Token, string>, family: style.fontFamily };
}
