/**
 * `<conv-scope scene="…" step="0,1,2" controls="play">`, `<conv-scope network="…" node="conv1">`: a scene or
 * a network in a frame that is as high as it needs to be. One file without imports; the server writes its
 * address before it.
 */

declare const CONVSCOPE_SERVER: string;

const PROTOCOL = 1;
/** Attributes that the address of the frame has too. Changes of the first ones are sent as a message. */
const MOMENT = ['step', 'beat', 'by', 'view'];
const OPEN = ['node', 'cell'];
const ATTRIBUTES = [
  ...MOMENT,
  'direction',
  'reading',
  'pin',
  'controls',
  'lock',
  'lang',
  'theme',
  'title',
  'from',
];
const NETWORK_ATTRIBUTES = [...OPEN, 'input', 'edge', 'channel', 'lang', 'theme'];
/** Messages that become events of the element. */
const EVENTS = ['ready', 'state', 'step', 'pin', 'node', 'answer'];
/** CSS pixels: the height until the frame says its own, and its bounds. */
const FIRST_HEIGHT = 480;
const HEIGHTS = [120, 1200] as const;

class ConvScope extends HTMLElement {
  static readonly observedAttributes = ['scene', 'network', ...ATTRIBUTES, ...NETWORK_ATTRIBUTES];
  readonly #frame = document.createElement('iframe');
  #ready = false;
  #due = false;
  #waiting: object[] = [];
  #asked = 0;
  #answers = new Map<number, (state: unknown) => void>();
  readonly #hear = (event: MessageEvent) => this.#receive(event);

  constructor() {
    super();
    // The frame has an origin of its own: it can keep nothing, and write nothing.
    this.#frame.setAttribute('sandbox', 'allow-scripts allow-popups allow-popups-to-escape-sandbox');
    this.#frame.loading = 'lazy';
    // Where the server refuses this site, it has to know of it to say so.
    this.#frame.referrerPolicy = 'origin';
    Object.assign(this.#frame.style, {
      display: 'block',
      width: '100%',
      border: '0',
      height: `${FIRST_HEIGHT}px`,
    });
    this.attachShadow({ mode: 'open' }).append(this.#frame);
  }

  connectedCallback() {
    this.style.display ||= 'block';
    addEventListener('message', this.#hear);
    this.#load();
  }

  disconnectedCallback() {
    removeEventListener('message', this.#hear);
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null) {
    if (!this.isConnected || before === now || this.#due) return;
    const moving = this.hasAttribute('network') ? OPEN : MOMENT;
    if (!this.#ready || !moving.includes(name)) return this.#load();
    const state = readMoment(name, now);
    if (state) this.setState(state);
  }

  play() {
    this.#send({ type: 'play' });
  }

  pause() {
    this.#send({ type: 'pause' });
  }

  /** Moves by ticks, back where there are fewer than none. */
  step(ticks = 1) {
    this.#send({ type: 'step', ticks });
  }

  setState(state: object) {
    this.#send({ type: 'setState', state });
  }

  getState(): Promise<unknown> {
    const id = ++this.#asked;
    this.#send({ type: 'getState', id });
    return new Promise((resolve) => this.#answers.set(id, resolve));
  }

  /** Once for all attributes that change together. */
  #load() {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = this.#ready = false;
      const query = new URLSearchParams();
      const network = this.getAttribute('network');
      for (const name of network === null ? ATTRIBUTES : NETWORK_ATTRIBUTES) {
        const value = this.getAttribute(name);
        if (value !== null) query.set(name, name === 'lock' ? '1' : value);
      }
      const id = encodeURIComponent(network ?? this.getAttribute('scene') ?? '');
      this.#frame.title = this.title || 'Convscope';
      this.#frame.src = `${CONVSCOPE_SERVER}/embed/${network === null ? '' : 'n/'}${id}?${query}`;
    });
  }

  #send(message: object) {
    if (this.#ready) this.#post(message);
    else this.#waiting.push(message);
  }

  /** A sandboxed frame has an opaque origin, which only `*` reaches; the frame is known by its window. */
  #post(message: object) {
    this.#frame.contentWindow?.postMessage({ convscope: PROTOCOL, ...message }, '*');
  }

  #receive({ source, origin, data }: MessageEvent) {
    if (!source || source !== this.#frame.contentWindow || origin !== 'null') return;
    if (typeof data !== 'object' || data?.convscope !== PROTOCOL) return;
    if (data.type === 'resize') return this.#resize(data.height);
    if (!EVENTS.includes(data.type)) return;
    if (data.type === 'ready') this.#begin();
    this.#answers.get(data.id)?.(data.state);
    this.#answers.delete(data.id);
    this.dispatchEvent(new CustomEvent(`convscope-${data.type}`, { detail: data }));
  }

  #begin() {
    this.#ready = true;
    for (const message of this.#waiting.splice(0)) this.#post(message);
  }

  #resize(height: unknown) {
    if (typeof height !== 'number' || !Number.isFinite(height)) return;
    const [least, most] = HEIGHTS;
    this.#frame.style.height = `${Math.min(Math.max(height, least), most)}px`;
  }
}

/** An attribute as a field of the state; null: it is none. */
function readMoment(name: string, value: string | null): object | null {
  if (name === 'step' || name === 'cell')
    return { [name]: value === null ? null : value.split(',').map(Number) };
  if (name === 'node') return { node: value };
  if (name === 'beat') return null;
  return value === null ? null : { [name]: value };
}

if (!customElements.get('conv-scope')) customElements.define('conv-scope', ConvScope);
