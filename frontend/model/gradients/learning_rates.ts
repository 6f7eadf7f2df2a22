/** Learning rates worth trying. Pure. */

/** How many are tried at most. */
const MOST = 18;

/** The rates 5, 2, 1, 0.5, 0.2, 0.1, … below a rate, from the largest on. */
export function smallerRates(rate: number): number[] {
  const power = Math.floor(Math.log10(rate));
  const rates = [];
  for (let p = power; rates.length < MOST; p--)
    rates.push(...[5, 2, 1].map((digit) => Number(`${digit}e${p}`)).filter((each) => each < rate));
  return rates.slice(0, MOST);
}
