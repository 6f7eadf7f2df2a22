/**
 * A drawing context that writes SVG: what painters draw on a canvas becomes shapes, text and pictures. Only
 * what Context2D has; each text stays text.
 */

import type { Context2D } from '../views/shared/drawing.ts';

interface TextMeasure {
  /** From the middle line down to the baseline, in CSS pixels. */
  baseline: number;
}

interface State {
  fillStyle: string;
  strokeStyle: string;
  lineWidth: number;
  globalAlpha: number;
  font: string;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
  dash: number[];
  /** Groups opened since the state was saved. */
  groups: number;
}

const ANCHORS: Partial<Record<CanvasTextAlign, string>> = { center: 'middle', right: 'end', end: 'end' };

export class SvgContext implements Context2D {
  #elements: string[] = [];
  #path: string[] = [];
  #saved: State[] = [];
  #clips = 0;
  #scratch: CanvasRenderingContext2D;
  #measures = new Map<string, TextMeasure>();
  #prefix: string;

  fillStyle: string | CanvasGradient | CanvasPattern = '#000000';
  strokeStyle: string | CanvasGradient | CanvasPattern = '#000000';
  lineWidth = 1;
  globalAlpha = 1;
  font = '10px sans-serif';
  textAlign: CanvasTextAlign = 'start';
  textBaseline: CanvasTextBaseline = 'alphabetic';
  imageSmoothingEnabled = true;
  imageSmoothingQuality: ImageSmoothingQuality = 'low';
  #dash: number[] = [];
  #groups = 0;

  /** scratch: measures text. prefix: of the ids, so that two pictures in one page do not share them. */
  constructor(scratch: CanvasRenderingContext2D, prefix: string) {
    this.#scratch = scratch;
    this.#prefix = prefix;
  }

  /** The elements drawn so far. */
  toString() {
    return this.#elements.join('\n');
  }

  save() {
    const { lineWidth, globalAlpha, font, textAlign, textBaseline } = this;
    this.#saved.push({
      ...{ lineWidth, globalAlpha, font, textAlign, textBaseline },
      fillStyle: String(this.fillStyle),
      strokeStyle: String(this.strokeStyle),
      dash: this.#dash,
      groups: this.#groups,
    });
    this.#groups = 0;
  }

  restore() {
    const state = this.#saved.pop();
    if (!state) return;
    for (; this.#groups > 0; this.#groups--) this.#elements.push('</g>');
    const { dash, groups, ...styles } = state;
    Object.assign(this, styles);
    this.#dash = dash;
    this.#groups = groups;
  }

  translate(x: number, y: number) {
    this.#openGroup(`transform="translate(${round(x)} ${round(y)})"`);
  }

  rotate(angle: number) {
    this.#openGroup(`transform="rotate(${round((angle * 180) / Math.PI)})"`);
  }

  scale(x: number, y: number) {
    this.#openGroup(`transform="scale(${round(x)} ${round(y)})"`);
  }

  clip() {
    this.#clips += 1;
    const id = `${this.#prefix}-clip-${this.#clips}`;
    this.#elements.push(`<clipPath id="${id}"><path d="${this.#path.join('')}"/></clipPath>`);
    this.#openGroup(`clip-path="url(#${id})"`);
  }

  setLineDash(segments: Iterable<number>) {
    this.#dash = [...segments];
  }

  beginPath() {
    this.#path = [];
  }

  moveTo(x: number, y: number) {
    this.#path.push(`M${round(x)} ${round(y)}`);
  }

  lineTo(x: number, y: number) {
    this.#path.push(`${this.#path.length > 0 ? 'L' : 'M'}${round(x)} ${round(y)}`);
  }

  quadraticCurveTo(cx: number, cy: number, x: number, y: number) {
    this.#path.push(`Q${[cx, cy, x, y].map(round).join(' ')}`);
  }

  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number) {
    this.#path.push(`C${[ax, ay, bx, by, x, y].map(round).join(' ')}`);
  }

  rect(x: number, y: number, width: number, height: number) {
    this.#path.push(`M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`);
  }

  roundRect(x: number, y: number, width: number, height: number, radii?: unknown) {
    const r = Math.min(typeof radii === 'number' ? radii : 0, width / 2, height / 2);
    if (!(r > 0)) return this.rect(x, y, width, height);
    const [across, down] = [round(width - 2 * r), round(height - 2 * r)];
    const corner = (dx: number, dy: number) => `a${round(r)} ${round(r)} 0 0 1 ${round(dx)} ${round(dy)}`;
    this.#path.push(
      `M${round(x + r)} ${round(y)}h${across}${corner(r, r)}v${down}${corner(-r, r)}`,
      `h${-across}${corner(-r, -r)}v${-down}${corner(r, -r)}z`,
    );
  }

  arc(x: number, y: number, radius: number, start: number, end: number, counterclockwise = false) {
    const turn = Math.abs(end - start);
    const [sweep, r] = [counterclockwise ? 0 : 1, round(radius)];
    const at = (angle: number) =>
      `${round(x + radius * Math.cos(angle))} ${round(y + radius * Math.sin(angle))}`;
    this.#path.push(`${this.#path.length > 0 ? 'L' : 'M'}${at(start)}`);
    if (turn >= 2 * Math.PI - 1e-9) {
      const opposite = start + Math.PI * (sweep ? 1 : -1);
      this.#path.push(`A${r} ${r} 0 1 ${sweep} ${at(opposite)}`, `A${r} ${r} 0 1 ${sweep} ${at(start)}z`);
    } else this.#path.push(`A${r} ${r} 0 ${turn > Math.PI ? 1 : 0} ${sweep} ${at(end)}`);
  }

  fill() {
    this.#add(`<path d="${this.#path.join('')}" ${this.#fillAttributes()}/>`, this.fillStyle);
  }

  stroke() {
    this.#add(`<path d="${this.#path.join('')}" ${this.#strokeAttributes()}/>`, this.strokeStyle);
  }

  fillRect(x: number, y: number, width: number, height: number) {
    this.#add(`<rect ${box(x, y, width, height)} ${this.#fillAttributes()}/>`, this.fillStyle);
  }

  strokeRect(x: number, y: number, width: number, height: number) {
    this.#add(`<rect ${box(x, y, width, height)} ${this.#strokeAttributes()}/>`, this.strokeStyle);
  }

  measureText(text: string) {
    this.#scratch.font = this.font;
    return this.#scratch.measureText(text);
  }

  fillText(text: string, x: number, y: number, maxWidth?: number) {
    if (!text.trim()) return;
    const [, weight = '400', size = '10'] = /^(?:(\d+) )?([\d.]+)px/.exec(this.font) ?? [];
    const baseline = this.textBaseline === 'middle' ? y + this.#measureFont().baseline : y;
    const anchor = ANCHORS[this.textAlign];
    const width = maxWidth === undefined ? 0 : this.measureText(text).width;
    const narrowed = maxWidth !== undefined && width > maxWidth;
    // Not every program knows `textLength`.
    const place = narrowed
      ? `transform="translate(${round(x)} ${round(baseline)}) scale(${thousandths(maxWidth / width)} 1)"`
      : `x="${round(x)}" y="${round(baseline)}"`;
    const attributes = [
      `${place} font-size="${round(Number(size))}"`,
      ...(weight === '400' ? [] : [`font-weight="${weight}"`]),
      ...(anchor ? [`text-anchor="${anchor}"`] : []),
    ];
    const element = `<text ${attributes.join(' ')} ${this.#fillAttributes()}>${escapeXml(text)}</text>`;
    this.#add(element, this.fillStyle);
  }

  /** Pictures are canvases, and become part of the file. */
  drawImage(image: CanvasImageSource, x: number, y: number, width?: number, height?: number) {
    if (!(image instanceof HTMLCanvasElement)) throw new TypeError('only canvases are drawn');
    const size = box(x, y, width ?? image.width, height ?? image.height);
    const sharp = this.imageSmoothingEnabled ? '' : ' style="image-rendering: pixelated"';
    const opacity = this.globalAlpha < 1 ? ` opacity="${round(this.globalAlpha)}"` : '';
    const scale = (width ?? image.width) / image.width;
    const picture = this.imageSmoothingEnabled ? image : enlarge(image, scale);
    const href = picture.toDataURL('image/png');
    this.#elements.push(`<image ${size} preserveAspectRatio="none"${sharp}${opacity} href="${href}"/>`);
  }

  /** What is transparent is left out. */
  #add(element: string, style: string | CanvasGradient | CanvasPattern) {
    if (style !== 'transparent' && this.globalAlpha > 0) this.#elements.push(element);
  }

  #openGroup(attribute: string) {
    this.#elements.push(`<g ${attribute}>`);
    this.#groups += 1;
  }

  #measureFont(): TextMeasure {
    const known = this.#measures.get(this.font);
    if (known) return known;
    const scratch = this.#scratch;
    scratch.font = this.font;
    const ascentAt = (line: CanvasTextBaseline) => {
      scratch.textBaseline = line;
      return scratch.measureText('0').fontBoundingBoxAscent;
    };
    const measure = { baseline: ascentAt('alphabetic') - ascentAt('middle') };
    this.#measures.set(this.font, measure);
    return measure;
  }

  #fillAttributes() {
    const opacity = this.globalAlpha < 1 ? ` fill-opacity="${round(this.globalAlpha)}"` : '';
    return `fill="${escapeXml(String(this.fillStyle))}"${opacity}`;
  }

  #strokeAttributes() {
    const opacity = this.globalAlpha < 1 ? ` stroke-opacity="${round(this.globalAlpha)}"` : '';
    const dash = this.#dash.length > 0 ? ` stroke-dasharray="${this.#dash.map(round).join(' ')}"` : '';
    const color = escapeXml(String(this.strokeStyle));
    return `fill="none" stroke="${color}" stroke-width="${round(this.lineWidth)}"${opacity}${dash}`;
  }
}

/** Pixels that a pixel of a sharp picture becomes, and the longest side that it may have then. */
const ENLARGED = 8;
const LONGEST_SIDE = 4096;

/** A picture that is drawn larger, with its pixels repeated: not every program keeps them sharp. */
function enlarge(image: HTMLCanvasElement, scale: number): HTMLCanvasElement {
  const most = Math.floor(LONGEST_SIDE / Math.max(image.width, image.height));
  const factor = Math.min(scale > 1 ? ENLARGED : 1, most);
  if (factor <= 1) return image;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: image.width * factor, height: image.height * factor });
  const context = canvas.getContext('2d');
  if (!context) return image;
  context.imageSmoothingEnabled = false;
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function thousandths(value: number) {
  return Math.round(value * 1000) / 1000;
}

/** Hundredths of a pixel. */
function round(value: number) {
  return Math.round(value * 100) / 100;
}

function box(x: number, y: number, width: number, height: number) {
  return `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
}

export function escapeXml(text: string) {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  // Control characters have no place in XML 1.0.
  return text.replace(/[&<>"]/g, (sign) => entities[sign] ?? '').replace(/[^\t\n\r -\uffff]/g, '');
}
