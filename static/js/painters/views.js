/**
 * Each view's painters: what stands still, and what time moves.
 *
 * @import {ViewName} from '../views.js'
 * @import {Bitmaps} from '../surface.js'
 *
 * @typedef {(context: CanvasRenderingContext2D, frame: any, bitmaps: Bitmaps) => void} Painter
 */

import * as matrix from './matrix.js';
import { paintMoving } from './moving.js';
import * as scatter from './scatter.js';
import * as sparse from './sparse.js';
import { paintStill } from './still.js';

/** @type {Record<ViewName, {paintStill: Painter, paintMoving: Painter}>} */
export const PAINTERS = { stage: { paintStill, paintMoving }, scatter, matrix, sparse };
