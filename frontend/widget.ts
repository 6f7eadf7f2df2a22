/**
 * The notebook's widget (anywidget). The scene stands in a frame whose document the kernel brings; what the
 * document asks for goes to the kernel as messages, so a notebook on another machine needs no open port.
 */

import type { Fetched, FetchRequest } from './data/fetch_by_message.ts';

const PROTOCOL = 1;
/** CSS pixels: the height until the frame says its own, and its bounds. */
const FIRST_HEIGHT = 360;
const HEIGHTS = [120, 1200] as const;
/** Milliseconds after which a kernel that is busy or gone is no longer waited for: the page can ask again. */
const PATIENCE = 20_000;
/** Milliseconds for which the moment stays before the picture that is saved with the notebook follows. */
const REST = 600;

/** What of anywidget's model is used. */
interface Model {
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

interface Moment {
  cell: number[] | null;
  beat: number | null;
}

class ScopeView {
  readonly #model: Model;
  readonly #frame = document.createElement('iframe');
  readonly #note = document.createElement('p');
  readonly #style = document.createElement('style');
  readonly #view = crypto.getRandomValues(new Uint32Array(2)).join('-');
  /** The scene that the frame shows. */
  #scene = '';
  #ready = false;
  #saving = false;
  #rest = 0;
  /** Of requests that the kernel has not answered. */
  readonly #timers = new Map<number, number>();

  readonly #hearFrame = (event: MessageEvent) => this.#receive(event);
  readonly #hearKernel = (content: FromKernel, buffers: DataView[]) => this.#obey(content, buffers);
  readonly #ask = () => this.#load();
  readonly #move = () => this.#setState(this.#moment());
  readonly #select = () => this.#setState({ pin: this.#model.get('_pin') });

  constructor(model: Model, element: HTMLElement) {
    this.#model = model;
    this.#frame.setAttribute('sandbox', 'allow-scripts');
    this.#frame.className = 'convscope-frame';
    this.#frame.title = 'Convscope';
    this.#frame.style.height = `${FIRST_HEIGHT}px`;
    this.#frame.hidden = true;
    this.#note.className = 'convscope-note';
    element.classList.add('convscope');
    element.append(this.#note, this.#frame);
    addEventListener('message', this.#hearFrame);
    this.#onModel('on');
    this.#load();
  }

  close() {
    removeEventListener('message', this.#hearFrame);
    this.#onModel('off');
    this.#style.remove();
    for (const timer of [this.#rest, ...this.#timers.values()]) clearTimeout(timer);
  }

  #onModel(how: 'on' | 'off') {
    this.#model[how]('msg:custom', this.#hearKernel);
    this.#model[how]('change:_scene_id', this.#ask);
    this.#model[how]('change:_moment', this.#move);
    this.#model[how]('change:_pin', this.#select);
  }

  /** Asks for the document, in the reader's language and the notebook's colours. */
  #load() {
    const scene = String(this.#model.get('_scene_id'));
    // An edit in this frame, which shows its scene already.
    if (scene === this.#scene) return;
    this.#scene = scene;
    this.#ready = false;
    const languages = navigator.languages.join();
    this.#model.send({ type: 'open', view: this.#view, theme: notebookTheme(), languages });
  }

  #obey(content: FromKernel, buffers: DataView[]) {
    if (content.type === 'play' || content.type === 'pause') return this.#post({ type: content.type });
    if (content.view !== this.#view) return;
    if (content.type === 'document') return this.#show(content.html, content.error);
    if (content.type === 'edited') {
      this.#scene = content.scene;
      return;
    }
    const bytes = buffers[0];
    // Of a buffer that holds other things too.
    const body = bytes
      ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).slice().buffer
      : null;
    this.#answer({ ...content, body });
  }

  #answer(answer: Fetched) {
    clearTimeout(this.#timers.get(answer.request));
    this.#timers.delete(answer.request);
    this.#post(answer, true);
  }

  #show(html: string, error: string) {
    this.#note.textContent = error;
    this.#frame.hidden = error !== '';
    if (error) return;
    this.#frame.srcdoc = html;
    // The picture that a saved notebook shows stands above; beside the scene itself it would be there twice.
    const still = `[data-convscope-still="${this.#model.get('_still_key')}"]`;
    this.#style.textContent = `${still}, .jp-OutputArea-child:has(${still}) { display: none; }`;
    document.head.append(this.#style);
  }

  #receive({ source, origin, data }: MessageEvent) {
    if (!source || source !== this.#frame.contentWindow || origin !== 'null') return;
    if (typeof data !== 'object' || data?.convscope !== PROTOCOL) return;
    if (data.type === 'fetch') this.#pass(data);
    else if (data.type === 'ready') this.#begin();
    else if (data.type === 'step') this.#save('_moment', { cell: data.step, beat: data.beat });
    else if (data.type === 'pin') this.#save('_pin', data.pin);
    else if (data.type === 'resize') this.#resize(data.height);
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
    this.#setState({ ...this.#moment(), pin: this.#model.get('_pin') });
    this.#frame.dataset.ready = 'true';
  }

  /** What this frame has just told need not be told to it. */
  #setState(state: object) {
    if (!this.#saving) this.#post({ type: 'setState', state });
  }

  #moment() {
    const { cell, beat } = this.#model.get('_moment') as Moment;
    return { step: cell, beat };
  }

  #save(name: '_moment' | '_pin', value: unknown) {
    if (JSON.stringify(this.#model.get(name)) === JSON.stringify(value)) return;
    this.#saving = true;
    this.#model.set(name, value);
    this.#saving = false;
    this.#model.save_changes();
    clearTimeout(this.#rest);
    this.#rest = window.setTimeout(() => this.#model.send({ type: 'rest' }), REST);
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

export default {
  render({ model, el }: { model: Model; el: HTMLElement }) {
    const view = new ScopeView(model, el);
    return () => view.close();
  },
};
