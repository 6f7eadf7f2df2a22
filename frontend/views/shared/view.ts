/** What each view of a layer provides, and what its frames are computed from. */

import type { Theme } from '../../model/color.ts';
import type { Zoom } from '../../model/geometry.ts';
import type { GradientMoment } from '../../model/gradients/moment.ts';
import type { Translate } from '../../model/i18n.ts';
import type { Cell } from '../../model/relations.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Step } from '../../model/step.ts';
import type { Position } from '../../model/timeline.ts';
import type {
  AppliedStamp,
  Direction,
  Granularity,
  Reading,
  Rect,
  Tensor,
  ViewName,
  ViewportChoice,
} from '../../model/types.ts';
import type { Context2D } from './drawing.ts';
import type { BitmapCache } from './layered_painter.ts';
import type { ThemeColors } from './theme_colors.ts';

export interface FrameRequest {
  /** How the layer is shown, forward or back. */
  view: ViewName;
  model: SceneModel;
  position: Position;
  step: Step | null;
  stamp: AppliedStamp | null;
  /** In place of step and stamp, where time runs through a gradient. */
  gradient: GradientMoment | null;
  /** Output channels by index, as far as they are loaded. */
  outputs: Pick<Map<number, Tensor>, 'get' | 'has'> & { readonly version: number };
  /** The largest magnitude of the outputs loaded. */
  outputMax: number;
  /** The first channel row that the reader chose; null: follow the timeline. */
  firstChannel: number | null;
  theme: Theme;
  colors: ThemeColors;
  /** Whether a picture's channels have their own tints. */
  tinted: boolean;
  width: number;
  height: number;
  /** Device pixels in a CSS pixel. */
  ratio: number;
  zoom: { input: Zoom; output: Zoom };
  /** Whether what is in sight follows the timeline. */
  following: boolean;
  activeCell: { cell: Cell; pinned: boolean } | null;
  granularity: Granularity;
  /** Whether numbers may fly: not at high speeds, nor with reduced motion. */
  flying: boolean;
  /** Whether the stage has the whole screen, for the back of a room. */
  presenting: boolean;
  /** Whether it is a picture or on paper, where nothing scrolls. */
  still: boolean;
  viewport: ViewportChoice;
  /** Position in the step of the input channel that the sparse matrix is of, unless it follows. */
  inChannel: number;
  /** How far a kernel that is being flipped has turned: 0 … 1. */
  kernelTurn: number;
  /** Whether the sparse matrix is transposed. */
  transposed: boolean;
  t: Translate;
}

/** A text key and its values. */
export type Caption = [key: string, values: Record<string, string | number>];

export interface CaptionChoice {
  view: ViewName;
  outChannel: number;
  transposed: boolean;
  direction: Direction;
  reading: Reading;
}

/** The id of an entry in templates/legend.html that explains a matrix. */
export type MatrixEntry = 'word-product' | 'mark-sparse';

export interface View<Frame> {
  /** previous: the frame before, of which parts that are the same are used again. */
  makeFrame(request: FrameRequest, previous: Frame | null): Frame;
  /** Paints what depends on `staticKey` alone. */
  paintStatic(context: Context2D, frame: Frame, bitmaps: BitmapCache): void;
  /** Paints what is complete and will stay for a while: it is kept in a canvas of its own. */
  paintFinished?(context: Context2D, frame: Frame, bitmaps: BitmapCache): void;
  paintAnimated(context: Context2D, frame: Frame): void;
  hitTest(frame: Frame, x: number, y: number): Cell | null;
  /**
   * Says what the row and the column under a point of a matrix stand for, '' where there is nothing to say.
   * withNumber: with the number there, if nothing else says it.
   */
  describePlace?(frame: Frame, x: number, y: number, withNumber: boolean): string;
  /** Finds the entry of the legend that explains the heading, label or sign under a point. */
  findLegendEntry?(frame: Frame, x: number, y: number): MatrixEntry | null;
  /** Finds every visible place of a cell. */
  findCellRects(frame: Frame, cell: Cell): Rect[];
  /** Makes the notes beside the picture. */
  makeCaptions(model: SceneModel, choice: CaptionChoice): Caption[];
}

/** Joins all that a static layer depends on. */
export function makeStaticKey(request: FrameRequest, ...more: (string | number)[]) {
  const { view, model, position, theme, tinted, width, height, ratio, still, outputMax } = request;
  const shared = [
    view,
    model.summary.id,
    position.outChannel,
    theme,
    tinted,
    width,
    height,
    ratio,
    still,
    outputMax,
  ];
  return [...shared, ...more].join();
}
