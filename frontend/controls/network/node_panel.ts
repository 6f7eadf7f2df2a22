/** The panel of the open node: what it is, its channels, its numbers, and where a cell leads. */

import { computed, effect, signal, untracked } from '@preact/signals-core';
import type { NumberArray } from '../../model/types.ts';
import { shownTensor } from '../../state/shown_tensor.ts';
import { observeSize } from '../../views/shared/display.ts';
import { findElement, makeElement } from '../../views/shared/dom.ts';
import { makeCellLedger } from './cell_ledger.ts';
import { makeChannelChooser, makeTensorChoice } from './channel_chooser.ts';
import { makeFollowView } from './follow_view.ts';
import { makeInputPicture } from './input_picture.ts';
import { makeInputTools } from './input_tools.ts';
import { makeFacts } from './node_facts.ts';
import { makeNumberView } from './number_view.ts';
import type { NetworkContext, PanelPart } from './panel_part.ts';
import { makeButton } from './panel_part.ts';
import { makeStageLink } from './stage_link.ts';

/** The padding of the panel on both sides, in CSS pixels; on phones it is less. */
const PADDING = 44;

export function setUpNodePanel(context: Omit<NetworkContext, 'panelWidth'>) {
  const { state, view } = context;
  const panel = findElement('#node', HTMLElement);
  const size = observeSize(panel);
  const panelWidth = computed(() => Math.max(size.value.width - PADDING, 200));
  const whole: NetworkContext = { ...context, panelWidth };
  let parts: PanelPart[] = [];
  effect(() => {
    const node = state.open.value;
    for (const part of parts) part.dispose();
    parts = [];
    panel.hidden = node === null;
    if (node !== null)
      untracked(() => {
        parts = fillPanel(whole, panel);
      });
  });
  const [named, namedZoom] = [state.open.peek(), view.chosenZoom.peek()];
  let before = { width: Infinity, height: Infinity };
  effect(() => {
    // When the panel comes the graph has less room.
    const [node, now] = [state.open.value, view.size.value];
    const isLess = now.width < before.width || now.height < before.height;
    before = now;
    // What the address names is seen as it was left, however a frame's room changes until it has settled.
    const isAsNamed = namedZoom && node === named && view.chosenZoom.peek() === namedZoom;
    if (node !== null && isLess && !isAsNamed) untracked(() => view.reveal(node));
  });
  return { focus: () => panel.focus() };
}

function fillPanel(context: NetworkContext, panel: HTMLElement): PanelPart[] {
  const { state, t } = context;
  const node = state.openNode;
  if (!node) return [];
  const drawn = signal<NumberArray | null>(null);
  const tools = node.kind === 'input' && !context.frame ? makeInputTools(context, drawn) : null;
  const picture = node.kind === 'input' ? makeInputPicture(context) : null;
  const channels = makeChannelChooser(context);
  const numbers = makeNumberView(context, drawn, tools?.draw);
  const follow = makeFollowView(context);
  const stage = makeStageLink(context);
  const ledger = makeCellLedger(context);
  const unshown = makeUnshown(context);
  const facts = makeFacts(context);
  const note = node.note ? [makeElement('p', 'node-note', node.note)] : [];
  const tensors = makeElement('section');
  tensors.append(
    ...(picture ? [picture.element] : []),
    makeTensorChoice(context),
    unshown.element,
    channels.element,
    numbers.element,
  );
  const shown = [stage, tools, ledger, follow].flatMap((part) => part?.element ?? []);
  const [head, others] = [shown.slice(0, stage ? 1 : 0), shown.slice(stage ? 1 : 0)];
  panel.replaceChildren(makeHead(context), facts.element, ...note, ...head, tensors, ...others);
  const parts = [facts, channels, numbers, follow, ledger, unshown];
  for (const part of [picture, tools, stage]) if (part) parts.push(part);
  panel.ariaLabel = `${t('network.node')}: ${node.op} ${node.name}`;
  return parts;
}

function makeHead({ state, view, t }: NetworkContext): HTMLElement {
  const node = state.openNode;
  const head = makeElement('header');
  const title = makeElement('h2', '', node?.kind === 'input' ? node.name : node?.op);
  title.append(makeElement('span', '', node?.kind === 'input' ? node.op : node?.name));
  const close = makeButton(
    '×',
    () => {
      state.close();
      view.canvas.focus();
    },
    'icon',
  );
  close.ariaLabel = t('close');
  head.append(title, close);
  return head;
}

/** Where a tensor cannot be drawn: why, and its numbers. */
function makeUnshown({ state, t, frame }: NetworkContext): PanelPart {
  const element = makeElement('p', 'node-note');
  const dispose = effect(() => {
    const isMissing = shownTensor(state) === 'failed';
    element.hidden = !isMissing;
    const name = state.shownTensor;
    if (!isMissing || name === null) return;
    const edge = state.graph.value.edges.get(name)?.edge;
    if (edge && !edge.shape) element.replaceChildren(t('node.unknown'));
    else {
      const link = makeElement('a', '', '.npy') as HTMLAnchorElement;
      link.href = state.client.tensorUrl(state.id, name);
      if (frame) link.target = '_blank';
      const type = `${edge?.dtype ?? ''} (${(edge?.shape ?? []).join(', ')})`;
      const [before, after] = t('node.unshown', { type, link: '\n' }).split('\n');
      element.replaceChildren(before ?? '', link, after ?? '');
    }
  });
  return { element, dispose };
}
