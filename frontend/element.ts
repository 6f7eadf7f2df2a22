/**
 * `<conv-scope scene="…" step="0,1,2" controls="play">`, `<conv-scope network="…" node="conv1">`: a scene or
 * a network in a frame that is as high as it needs to be. Where the frame stays silent the element says so
 * itself, with a link. One file without imports; the server writes its address and the texts before it.
 */

declare const CONVSCOPE_SERVER: string;
/** By language. */
declare const CONVSCOPE_TEXTS: Record<string, { missing: string; full: string }>;

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
/** What a frame that shows nothing keeps: a sentence of the server has room in it. */
const MISSING_HEIGHT = 160;
/** Milliseconds after which a frame that is loaded and says nothing is taken to show nothing. */
const PATIENCE = 8000;

class ConvScope extends HTMLElement {
  static readonly observedAttributes = ['scene', 'network', ...ATTRIBUTES, ...NETWORK_ATTRIBUTES];
  readonly #frame = document.createElement('iframe');
  /** Says that nothing is shown. */
  readonly #note = document.createElement('p');
  #timer = 0;
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
    this.#frame.onload = () => this.#awaitReady();
    this.#note.setAttribute('role', 'status');
    this.#note.style.margin = '0';
    this.attachShadow({ mode: 'open' }).append(this.#note, this.#frame);
  }

  connectedCallback() {
    this.style.display ||= 'block';
    addEventListener('message', this.#hear);
    this.#load();
  }

  disconnectedCallback() {
    removeEventListener('message', this.#hear);
    clearTimeout(this.#timer);
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
      this.#expect();
      this.#frame.title = this.#name();
      this.#frame.src = this.#address('/embed/', '/embed/n/');
    });
  }

  #name() {
    return this.title || 'Convscope';
  }

  /** Of what the attributes name: below the one path a scene, below the other a network. */
  #address(scenes: string, networks: string) {
    const query = new URLSearchParams();
    const network = this.getAttribute('network');
    for (const name of network === null ? ATTRIBUTES : NETWORK_ATTRIBUTES) {
      const value = this.getAttribute(name);
      if (value !== null) query.set(name, name === 'lock' ? '1' : value);
    }
    const id = encodeURIComponent(network ?? this.getAttribute('scene') ?? '');
    return `${CONVSCOPE_SERVER}${network === null ? scenes : networks}${id}?${query}`;
  }

  /** Waits for what the frame says once it is loaded; before it has an address it loads an empty page. */
  #awaitReady() {
    clearTimeout(this.#timer);
    if (this.#frame.src && !this.#ready) this.#timer = window.setTimeout(() => this.#sayMissing(), PATIENCE);
  }

  /** Takes back that nothing is shown. */
  #expect() {
    clearTimeout(this.#timer);
    this.#note.replaceChildren();
  }

  #sayMissing() {
    const { missing, full } = textsIn(this.closest('[lang]')?.getAttribute('lang') ?? '');
    const link = document.createElement('a');
    Object.assign(link, { href: this.#address('/s/', '/n/'), target: '_blank', rel: 'noopener' });
    link.textContent = full;
    this.#note.replaceChildren(`${missing.replace('{title}', () => this.#name())} `, link);
    this.#frame.style.height = `${MISSING_HEIGHT}px`;
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
    this.#expect();
    for (const message of this.#waiting.splice(0)) this.#post(message);
  }

  #resize(height: unknown) {
    if (typeof height !== 'number' || !Number.isFinite(height)) return;
    const [least, most] = HEIGHTS;
    this.#frame.style.height = `${Math.min(Math.max(height, least), most)}px`;
  }
}

/** In a language or another of its family, else in the first. */
function textsIn(language: string) {
  const family = (tag: string) => tag.toLowerCase().split('-')[0];
  const known = Object.keys(CONVSCOPE_TEXTS);
  const tag = known.find((each) => family(each) === family(language)) ?? (known[0] as string);
  return CONVSCOPE_TEXTS[tag] as { missing: string; full: string };
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
