/** The losses of a training as a curve over its steps. */

import { lossScale } from '../model/gradients/loss_scale.ts';

const SVG = 'http://www.w3.org/2000/svg';
/** Of the picture, and of the plot within it, which the axes leave. */
const WIDTH = 304;
const HEIGHT = 164;
const PLOT = { x: 46, y: 34, width: 250, height: 94 };
const ROOM_FOR_DOT = 4;

export interface LossCurve {
  element: SVGSVGElement;
  /** taken: how many of the losses, from the first, are of steps that were taken. */
  show(losses: readonly number[], description: string, taken?: number): void;
}

export interface CurveNames {
  loss: string;
  logLoss: string;
  steps: string;
}

/** names: of the axes. */
export function makeLossCurve(names: CurveNames): LossCurve {
  const element = make('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', class: 'loss-curve' });
  const show: LossCurve['show'] = (losses, description, taken = losses.length) => {
    element.setAttribute('aria-label', description);
    const scale = lossScale(losses);
    const last = Math.max(losses.length - 1, 1);
    const points = losses.map((loss, k): [number, number] => [k / last, scale.place(loss)]);
    const title = make('text', { x: 2, y: 11 }, scale.isLog ? names.logLoss : names.loss);
    element.replaceChildren(
      title,
      ...makeMarks(scale.marks),
      ...makeSteps(last, names.steps),
      makePlot(points, taken),
    );
    const outside = points.findIndex(([, y]) => y > 1);
    if (outside >= 0) element.append(makeExit(points[outside - 1] ?? [0, 1], points[outside] ?? [0, 1]));
  };
  return { element, show };
}

function makeMarks(marks: { at: number; text: string }[]) {
  return marks.flatMap(({ at, text }) => {
    const y = PLOT.y + PLOT.height * (1 - at);
    return [
      make('line', { x1: PLOT.x, x2: PLOT.x + PLOT.width, y1: y, y2: y }),
      make('text', { x: PLOT.x - 6, y: y + 4, 'text-anchor': 'end' }, text),
    ];
  });
}

function makeSteps(last: number, name: string) {
  const y = PLOT.y + PLOT.height + 15;
  const end = PLOT.x + PLOT.width;
  return [
    make('text', { x: PLOT.x, y, 'text-anchor': 'middle' }, '0'),
    make('text', { x: end, y, 'text-anchor': 'end' }, String(last)),
    make('text', { x: PLOT.x + PLOT.width / 2, y: y + 14, 'text-anchor': 'middle' }, name),
  ];
}

/** What leaves the plot is cut off at its top. */
function makePlot(points: [number, number][], taken: number) {
  const { x, y, width, height } = PLOT;
  const plot = make('svg', {
    'aria-hidden': 'true',
    x: x - ROOM_FOR_DOT,
    y,
    width: width + 2 * ROOM_FOR_DOT,
    height: height + ROOM_FOR_DOT,
  });
  const places = points.map(([left, up]) => [ROOM_FOR_DOT + left * width, (1 - up) * height] as const);
  const path = places.map(([left, down]) => `${left.toFixed(1)} ${down.toFixed(1)}`).join('L');
  const [cx, cy] = places[taken - 1] ?? [0, 0];
  if (path) plot.append(make('path', { d: `M${path}` }), make('circle', { cx, cy, r: 3.5 }));
  return plot;
}

/** Where the curve leaves the plot. */
function makeExit([x0, y0]: [number, number], [x1, y1]: [number, number]) {
  const share = y1 > y0 ? (1 - y0) / (y1 - y0) : 1;
  const x = PLOT.x + PLOT.width * (x0 + (x1 - x0) * share);
  return make('text', { x, y: PLOT.y - 3, 'text-anchor': 'middle', class: 'exit' }, '↑');
}

function make<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Record<string, string | number>,
  text = '',
): SVGElementTagNameMap[Name] {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.textContent = text;
  return element;
}
