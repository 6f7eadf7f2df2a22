/** The theme's colors, as the style sheet has them. */

export interface ThemeColors {
  text: string;
  muted: string;
  line: string;
  paper: string;
  soft: string;
  accent: string;
  onAccent: string;
}
