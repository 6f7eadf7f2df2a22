/** Numbers in brackets: lists of Python, JSON, NumPy, C, Mathematica; rows of MATLAB and Julia. Pure. */

import type { NumberBlock } from '../number_syntax.ts';
import { matchAt, NUMBER, PasteError } from '../number_syntax.ts';
import type { Head } from './bracket_wrappers.ts';
import {
  DATA_HEAD,
  DATA_TAIL,
  findSizes,
  LABEL,
  matchDeclaration,
  matchHead,
  TAIL,
} from './bracket_wrappers.ts';
import { findIntegerType } from './integer_types.ts';
import { NestedListParser } from './nested_lists.ts';
import { byRows, isRArray, readRArguments } from './r_arrays.ts';
import { matchSizeLine } from './table_lines.ts';

/** Calls in calls; no one copies more. */
const MAX_CALLS = 8;

export class BracketParser extends NestedListParser {
  calls = 0;

  parse(): NumberBlock {
    this.skip(/\s*/y);
    const header = matchSizeLine(this.text, this.offset);
    this.offset += header?.length ?? 0;
    const declared = matchDeclaration(this.text, this.offset);
    this.offset += declared?.length ?? 0;
    const isNamed = this.skip(LABEL) !== '' || declared !== null;
    this.integerType = findIntegerType(declared?.types ?? '');
    this.skip(/\s*/y);
    const start = this.offset;
    const members = this.skip(DATA_HEAD);
    if (!this.startsList()) this.fail('text', { found: this.word() });
    const isC = this.text[this.offset] === '{';
    this.value(0);
    if (members !== '') this.endData(members, start);
    else if (!isNamed) this.moreRows();
    if (isC) this.checkSizes(declared?.sizes ?? [], start);
    if (header) this.checkSizes([...header.sizes, ...this.shape.slice(header.sizes.length)], start);
    this.skip(/[\s,;]*/y);
    if (this.offset < this.text.length) this.fail('after', { found: this.word() });
    if (this.data.length === 0) throw new PasteError('empty');
    return { shape: this.shape, data: this.data };
  }

  startsList() {
    const head = this.head();
    if (!head?.takesNumber) return head !== null || this.opening() !== '';
    return matchAt(NUMBER, this.text, this.offset + head.text.length) === '';
  }

  value(depth: number) {
    const head = this.head();
    if (head) this.call(head, depth);
    else if (this.opening()) this.list(depth);
    else this.number(depth - 1);
  }

  /** The call or the type at the offset, if there is one. */
  head() {
    const opening = this.opening();
    const head = opening === '' || opening === '[' ? matchHead(this.text, this.offset) : null;
    if (head && !head.holds) this.fail('call', { found: head.text.trim() });
    return head;
  }

  call(head: Head, depth: number) {
    const start = this.offset;
    this.calls += 1;
    if (this.calls > MAX_CALLS) this.fail('call', { found: head.text.trim() });
    this.offset += head.text.length;
    if (!head.takesNumber && !this.startsList()) this.fail('call', { found: head.text.trim() }, start);
    const [outerType, from] = [this.integerType, this.data.length];
    this.integerType = findIntegerType(head.text) ?? outerType;
    const isR = isRArray(head.name) && (head.name === 'structure' || /^c\b/.test(this.opening()));
    this.value(depth);
    this.integerType = outerType;
    if (isR) this.endRArray(head, start);
    else if (/[)\]]/.test(head.closing)) this.endArguments(depth, from);
    if (head.sizes.length > 0) this.checkSizes([...this.shape.slice(0, depth), ...head.sizes], start);
    this.skip(head.closing ? /\s*/y : /(?:)/y);
    if (this.offset >= this.text.length && head.closing)
      this.fail('open', { bracket: head.text.at(-1) ?? '' });
    if (!this.text.startsWith(head.closing, this.offset)) this.fail('after', { found: this.word() });
    this.offset += head.closing.length;
    this.calls -= 1;
  }

  /** What follows the numbers inside a call, which begin `from` one on. */
  endArguments(depth: number, from: number) {
    const start = this.offset;
    const tail = this.skip(TAIL);
    const type = findIntegerType(tail);
    for (const value of type ? this.data.slice(from) : []) this.checkWhole(value, type, start);
    const found = findSizes(tail);
    if (found) this.checkSizes([...this.shape.slice(0, depth), ...found.sizes], start + found.index);
  }

  endRArray(head: Head, start: number) {
    const {
      length,
      sizes,
      byRows: isByRows,
    } = readRArguments(head.name, this.text, this.offset, this.data.length);
    if (!sizes || sizes.length > 2 || this.shape.length > 1)
      this.fail('call', { found: head.text.trim() }, start);
    this.offset += length;
    this.checkSizes(sizes, start);
    if (sizes.length === 2 && !isByRows) this.data = byRows(this.data, sizes);
  }

  endData(members: string, start: number) {
    const tail = this.skip(DATA_TAIL);
    if (tail === '') this.fail('after', { found: this.word() });
    const type = findIntegerType(/"dtype"\s*:\s*"\w+"/.exec(members + tail)?.[0] ?? '');
    for (const value of this.data) this.checkWhole(value, type, start);
    const found = findSizes(members) ?? findSizes(tail);
    if (found) this.checkSizes(found.sizes, start);
  }

  /** sizes: that are given, 0 for any, none if none are; numbers in one list are laid out row by row. */
  checkSizes(sizes: number[], offset: number) {
    if (sizes.length === 0) return;
    const isFree = (size: number) => size === 0;
    const isAlike =
      sizes.length === this.shape.length && sizes.every((size, k) => isFree(size) || size === this.shape[k]);
    if (isAlike) return;
    const known = sizes.reduce((product, size) => product * (size || 1), 1);
    const free = this.data.length / known;
    const fits = sizes.some(isFree)
      ? sizes.filter(isFree).length === 1 && Number.isInteger(free)
      : free === 1;
    if (this.shape.length > 1 || !fits)
      this.fail(
        'shape',
        { found: this.shape.join('×'), expected: sizes.map((size) => size || '?').join('×') },
        offset,
      );
    this.shape = sizes.map((size) => size || free);
  }

  /** Lists below one another, without a list around them. */
  moreRows() {
    if (this.shape.length !== 1) return;
    const first = this.shape[0] ?? 0;
    let rows = 1;
    for (;;) {
      const gap = matchAt(/\s*,?\s*/y, this.text, this.offset);
      if (!/[\n,]/.test(gap)) break;
      this.offset += gap.length;
      if (!this.startsList()) break;
      this.shape = [0, first];
      this.value(1);
      rows += 1;
    }
    if (rows > 1) this.shape = [rows, first];
  }
}
