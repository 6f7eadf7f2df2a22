/** Answers that are written rounded. Pure. */

/** Whether `written` is a value, or a fraction rounded to the decimals that it is written with. */
export function isRoundingOf(written: number, value: number) {
  const decimals = String(written).split('.')[1]?.length ?? 0;
  return written === value || (decimals > 0 && Number(value.toFixed(decimals)) === written);
}
