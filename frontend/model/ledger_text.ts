/** A ledger as sums and sentences. */

import type { Ledger, LedgerLine, LedgerTerm } from './ledger.ts';
import { MINUS, parsePrinted } from './numbers.ts';

/** What the product of two printed numbers may differ by from the printed one that it is. */
const FLOAT_ERROR = 1e-12;

/** A term as a sum shows it: the factors when all is whole, the rounded product else. */
export function formatTerm({ x, w, product }: Pick<LedgerTerm, 'x' | 'w' | 'product'>, whole: boolean) {
  return whole && w !== '' ? `${bracketNegative(x)}·${bracketNegative(w)}` : product;
}

/** One product by itself: `3·2 = 6`, or `0.52·(−0.45) ≈ −0.235` where its factors are rounded too. */
export function formatProduct({ x, w, product }: Pick<LedgerTerm, 'x' | 'w' | 'product'>) {
  if (w === '') return product;
  const rest = parsePrinted(x) * parsePrinted(w) - parsePrinted(product);
  const isExact = Math.abs(rest) < FLOAT_ERROR * Math.abs(parsePrinted(product)) || rest === 0;
  return `${bracketNegative(x)}·${bracketNegative(w)} ${isExact ? '=' : '≈'} ${product}`;
}

function bracketNegative(text: string) {
  return text.startsWith(MINUS) ? `(${text})` : text;
}

/** `a + b − c` */
export function joinSigned(terms: string[]) {
  return terms.reduce((sum, term) =>
    term.startsWith(MINUS) ? `${sum} ${MINUS} ${term.slice(1)}` : `${sum} + ${term}`,
  );
}

/** `0·0 + 1·1 + 3·2 + 4·3` */
export function formatLine(line: { terms: Parameters<typeof formatTerm>[0][] }, whole: boolean) {
  return joinSigned(line.terms.map((term) => formatTerm(term, whole)));
}

/** Where each term begins and ends in the text of a sum or a list. */
export function findTermRanges(text: string): [number, number][] {
  return [...text.matchAll(/[^\s,]*\d[^\s,]*/g)].map(({ index, 0: term }) => [index, index + term.length]);
}

/** A channel's terms as they are written: added up, or, in max pooling, those that have an input cell. */
export function formatLineTerms(ledger: Ledger, line: LedgerLine) {
  if (!ledger.largest) return formatLine(line, ledger.whole);
  return writtenTerms(ledger, line)
    .map(({ product }) => product)
    .join(', ');
}

/** Whether its terms have no factors: average pooling, which has one channel and no bias. */
export function isMean({ lines }: Ledger) {
  return lines[0]?.terms[0]?.w === '';
}

/** The terms of a channel that are written. */
export function writtenTerms({ largest }: Ledger, { terms }: LedgerLine) {
  return largest ? terms.filter(({ empty }) => !empty) : terms;
}

/** The kernel cell of each term that is written. */
export function tapsOfLine(ledger: Ledger, line: LedgerLine): [number, number][] {
  return writtenTerms(ledger, line).map(({ tap }) => tap);
}

/**
 * `Y[0, 0, 0] = (0·0 + …) + (…) + 1 = 19 + 37 + 1 = 57`, in parts: text, and lines in place of their terms.
 */
export function splitSentence(ledger: Ledger): (string | LedgerLine)[] {
  const { cell, lines, bias, largest, output } = ledger;
  const [first] = lines;
  if (largest && first) return [`${cell} = max(`, first, `) = ${output}`];
  if (first && isMean(ledger)) return [`${cell} = `, first, ` = ${output}`];
  // A single sum is the total.
  if (first && lines.length === 1 && !bias) return [`${cell} = `, first, ` = ${output}`];
  const products = lines.flatMap((line, k) => [k === 0 ? '(' : ') + (', line]);
  return [`${cell} = `, ...products, `)${bias && joinSigned(['', bias])} = ${formatSums(ledger)}`];
}

export function formatSentence(ledger: Ledger) {
  return splitSentence(ledger)
    .map((part) => (typeof part === 'string' ? part : formatLineTerms(ledger, part)))
    .join('');
}

/** `19 + 37 + 1 = 57`, or `57` where that is the only sum. */
export function formatSums({ lines, bias, output }: Ledger) {
  if (lines.length === 1 && !bias) return output;
  return `${joinSigned([...lines.map((line) => line.sum), ...(bias ? [bias] : [])])} = ${output}`;
}

/** `a + b` and ` = c`, of which the total is never cut; a sum without a total is all terms. */
export function splitTotal(text: string): [terms: string, total: string] {
  const signAt = Math.max(text.lastIndexOf(' = '), text.lastIndexOf(' ≈ '));
  return signAt < 0 ? [text, ''] : [text.slice(0, signAt), text.slice(signAt)];
}
