/** Where the losses of a training stand on an axis, and which marks the axis has. Pure. */

export interface LossScale {
  isLog: boolean;
  marks: { at: number; text: string }[];
  /** 0 at the foot of the axis, 1 at its top; above 1 the curve has left the plot. */
  place(loss: number): number;
}

/** From how many times the smallest loss on the largest is shown in powers of ten. */
const WIDE = 30;
/** How many times the first loss stands at the top where losses leave the plot. */
const BEYOND = 1000;
/** The part of the largest loss that the smallest one shown is; what is less is at the foot. */
const LEAST = 1e-12;
const MOST_MARKS = 4;

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** losses: not negative; the first is that before any step. */
export function lossScale(losses: readonly number[]): LossScale {
  const [first = 0, largest] = [losses[0], Math.max(...losses, 0)];
  const top = first > 0 ? Math.min(largest, first * BEYOND) : largest;
  const low = Math.min(...losses.filter((loss) => loss > top * LEAST), top);
  return top > low * WIDE ? logScale(low, top) : linearScale(top);
}

function logScale(low: number, top: number): LossScale {
  const [least, most] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(top))];
  const place = (loss: number) => (Math.log10(Math.max(loss, 10 ** least)) - least) / (most - least);
  const every = Math.ceil((most - least) / MOST_MARKS);
  const marks = [];
  for (let power = least; power <= most; power += every)
    marks.push({ at: (power - least) / (most - least), text: powerOfTen(power) });
  return { isLog: true, marks, place };
}

function linearScale(top: number): LossScale {
  const end = roundUp(top) || 1;
  const marks = [0, 0.5, 1].map((at) => ({ at, text: shortMark(at * end) }));
  return { isLog: false, marks, place: (loss) => loss / end };
}

/** The next of 1, 2, 5, 10, 20, … */
function roundUp(value: number) {
  const power = 10 ** Math.floor(Math.log10(value));
  return Number(([1, 2, 5, 10].find((digit) => digit * power >= value * (1 - 1e-9)) ?? 10) * power);
}

function powerOfTen(power: number) {
  if (Math.abs(power) <= 3) return String(Number(`1e${power}`));
  const digits = [...String(Math.abs(power))].map((digit) => SUPERSCRIPTS[Number(digit)]).join('');
  return `10${power < 0 ? '⁻' : ''}${digits}`;
}

function shortMark(value: number) {
  return value === 0 || (value >= 1e-3 && value < 1e5)
    ? String(Number(value.toPrecision(3)))
    : value.toExponential(0).replace('+', '').replace('-', '−');
}
