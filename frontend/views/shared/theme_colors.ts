/** The theme's colors, as the style sheet has them. */

export interface ThemeColors {
  text: string;
  muted: string;
  line: string;
  paper: string;
  /** What the picture stands on: paper, or nothing in a picture that is put onto another. */
  ground: string;
  soft: string;
  accent: string;
  onAccent: string;
}
