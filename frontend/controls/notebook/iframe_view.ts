/**
 * One view of a notebook's widget: a frame whose document the kernel brings. What the document asks for goes
 * to the kernel as messages, so a notebook on another machine needs no open port.
 */

import type { Fetched, FetchRequest } from '../../data/fetch_by_message.ts';

const PROTOCOL = 1;
/** CSS pixels: the height until the frame says its own, and its bounds. */
export const FIRST_HEIGHT = 360;
const HEIGHTS = [120, 1200] as const;
/** Milliseconds after which a kernel that is busy or gone is no longer waited for: the page can ask again. */
const PATIENCE = 20_000;

/** What of anywidget's model is used. */
export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: object): void;
  on(event: string, callback: (...given: never[]) => void): void;
  off(event: string, callback: (...given: never[]) => void): void;
}

/** A message to this view: `view` names it. */
type FromKernel =
  | { type: 'document'; view: string; html: string; error: string }
  | { type: 'edited'; view: string; scene: string }
  | (Omit<Fetched, 'body'> & { view: string })
  | { type: 'play' | 'pause'; view: null };

/** What a message of the frame's document may say beside `type`. */
export interface FrameMessage {
  type: string;
  step?: number[] | null;
  beat?: number | null;
  direction?: string;
  pin?: string | null;
  node?: string | null;
  cell?: number[] | null;
  page?: string;
}

/** What a widget shows in the frame. */
export interface Content {
  /** What the document is to show when it is ready; null: what it begins with. */
  state(): object | null;
  hear(message: FrameMessage): void;
  /** The reader of this frame has made another scene. */
  edited(scene: string): void;
}

export class IframeView {
  readonly #model: Model;
  readonly #content: Content;
  readonly #frame = document.createElement('iframe');
  readonly #note = document.createElement('p');
  readonly #style = document.createElement('style');
  readonly #view = crypto.getRandomValues(new Uint32Array(2)).join('-');
  readonly #watched: [event: string, callback: () => void][] = [];
  /** Of requests that the kernel has not answered. */
  readonly #timers = new Map<number, number>();
  /** What a document that is to go still asks for is not passed on: the next one counts its own requests. */
  #waiting = true;
  #ready = false;
  #saving = false;

  readonly #hearFrame = (event: MessageEvent) => this.#receive(event);
  readonly #hearKernel = (content: FromKernel, buffers: DataView[]) => this.#obey(content, buffers);

  constructor(model: Model, element: HTMLElement, content: Content) {
    this.#model = model;
    this.#content = content;
    this.#frame.setAttribute('sandbox', 'allow-scripts');
    this.#frame.className = 'convscope-frame';
    this.#frame.title = 'Convscope';
    this.#frame.style.height = `${FIRST_HEIGHT}px`;
    this.#frame.hidden = true;
    this.#note.className = 'convscope-note';
    element.classList.add('convscope');
    element.append(this.#note, this.#frame);
    addEventListener('message', this.#hearFrame);
    model.on('msg:custom', this.#hearKernel);
  }

  close() {
    removeEventListener('message', this.#hearFrame);
    this.#model.off('msg:custom', this.#hearKernel);
    for (const [event, callback] of this.#watched) this.#model.off(event, callback);
    this.#style.remove();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  /** Calls back when Python or another view changes a trait; what this frame has told is no news to it. */
  watch(trait: string, callback: () => void) {
    const changed = () => !this.#saving && callback();
    this.#watched.push([`change:${trait}`, changed]);
    this.#model.on(`change:${trait}`, changed);
  }

  /**
   * Asks for a document, in the reader's language and the notebook's colours. what: names it. height: the
   * frame's until the document says its own, in CSS pixels; null: as it is.
   */
  load(what: object = {}, height: number | null = null) {
    if (height !== null) this.#frame.style.height = `${height}px`;
    this.#ready = false;
    this.#waiting = true;
    delete this.#frame.dataset.ready;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    const languages = navigator.languages.join();
    this.#model.send({ type: 'open', view: this.#view, theme: notebookTheme(), languages, ...what });
  }

  setState(state: object) {
    this.#post({ type: 'setState', state });
  }

  /** Tells Python and the other views. Returns whether anything is new. */
  save(traits: Record<string, unknown>): boolean {
    const changed = Object.entries(traits).filter(
      ([name, value]) => JSON.stringify(this.#model.get(name)) !== JSON.stringify(value),
    );
    if (changed.length === 0) return false;
    this.#saving = true;
    for (const [name, value] of changed) this.#model.set(name, value);
    this.#saving = false;
    this.#model.save_changes();
    return true;
  }

  #obey(content: FromKernel, buffers: DataView[]) {
    if (content.type === 'play' || content.type === 'pause') return this.#post({ type: content.type });
    if (content.view !== this.#view) return;
    if (content.type === 'document') return this.#show(content.html, content.error);
    if (content.type === 'edited') return this.#content.edited(content.scene);
    const bytes = buffers[0];
    // Of a buffer that holds other things too.
    const body = bytes
      ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).slice().buffer
      : null;
    this.#answer({ ...content, body });
  }

  #answer(answer: Fetched) {
    clearTimeout(this.#timers.get(answer.request));
    // An answer to a document that was here before is nobody's.
    if (this.#timers.delete(answer.request)) this.#post(answer, true);
  }

  #show(html: string, error: string) {
    this.#note.textContent = error;
    this.#frame.hidden = error !== '';
    if (error) return;
    this.#waiting = false;
    this.#frame.srcdoc = html;
    // The picture that a saved notebook shows stands above; beside the page itself it would be there twice.
    const still = `[data-convscope-still="${this.#model.get('_still_key')}"]`;
    this.#style.textContent = `${still}, .jp-OutputArea-child:has(${still}) { display: none; }`;
    document.head.append(this.#style);
  }

  #receive({ source, origin, data }: MessageEvent) {
    if (this.#waiting || !source || source !== this.#frame.contentWindow || origin !== 'null') return;
    if (typeof data !== 'object' || data?.convscope !== PROTOCOL) return;
    if (data.type === 'fetch') this.#pass(data);
    else if (data.type === 'ready') this.#begin();
    else if (data.type === 'resize') this.#resize(data.height);
    else this.#content.hear(data);
  }

  #pass({ request, method, path, headers, body }: FetchRequest) {
    const nothing: Fetched = {
      type: 'fetched',
      request,
      status: 0,
      headers: {},
      body: null,
      error: 'kernel',
    };
    this.#timers.set(
      request,
      window.setTimeout(() => this.#answer(nothing), PATIENCE),
    );
    this.#model.send({ type: 'fetch', view: this.#view, request, method, path, headers, body });
  }

  #begin() {
    this.#ready = true;
    const state = this.#content.state();
    if (state) this.setState(state);
    this.#frame.dataset.ready = 'true';
  }

  /** A frame without an origin is reached by `*` alone; it is known by its window. */
  #post(message: object, always = false) {
    if (!this.#ready && !always) return;
    this.#frame.contentWindow?.postMessage({ convscope: PROTOCOL, ...message }, '*');
  }

  #resize(height: unknown) {
    if (typeof height !== 'number' || !Number.isFinite(height)) return;
    const [least, most] = HEIGHTS;
    this.#frame.style.height = `${Math.min(Math.max(height, least), most)}px`;
  }
}

/** As the notebook's page has it; empty: as the system has it. */
function notebookTheme(): string {
  const { dataset, classList } = document.body;
  if (dataset.jpThemeLight) return dataset.jpThemeLight === 'true' ? 'light' : 'dark';
  if (dataset.vscodeThemeKind) return dataset.vscodeThemeKind.includes('dark') ? 'dark' : 'light';
  if (dataset.theme === 'dark' || dataset.theme === 'light') return dataset.theme;
  return classList.contains('dark') || document.documentElement.classList.contains('dark') ? 'dark' : '';
}
