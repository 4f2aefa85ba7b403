/** One photo, large: stage, toolbar, arrows, sidebar, keys; a dialog over the page that gives the focus back. */

import { announce, el, find, isRtl, prefersCalm } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { pushScope } from '../lib/keymap.js';
import { buildFrame } from './frame.js';
import { Sidebar } from './sidebar.js';
import { mirrored, openStage, refresh, renumber, takeSizes } from './stage.js';

/** From this width on the sidebar pushes the photo aside; below it is a sheet. */
const PUSH = 1024;
const IDLE = 3000;

export class Viewer {
  /** @type {import('photoswipe').default | null} */
  #pswp = null;
  /** Done while no stage is being built. A key may come before it stands, and acts on it then. */
  #built = Promise.resolve();
  /** @type {() => void} */
  #popScope = () => {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #idleTimer;
  ordinal = -1;
  id = '';

  /**
   * @param {import('./stage.js').Source & { ensure: (from: number, to?: number) => Promise<void>, caption: (ordinal: number) => string }} source
   * @param {import('./assets.js').Assets} assets
   * @param {{ changed: (ordinal: number, id: string) => void, closed: (ordinal: number) => void, favourite: (id: string, on: boolean) => void }} told
   */
  constructor(source, assets, told) {
    this.source = source;
    this.assets = assets;
    this.told = told;
    this.sidebar = new Sidebar(assets, { close: () => this.showInfo(false) });
    this.frame = buildFrame(this.sidebar.element, {
      close: () => this.close(), step: (by) => this.step(by), zoom: () => this.zoom(),
      favourite: () => this.toggleFavourite(), info: () => this.showInfo(!this.hasInfo),
    });
    this.element = this.frame.element;
    for (const name of ['pointermove', 'pointerdown', 'keydown']) this.element.addEventListener(name, () => this.#wake());
    assets.onChange((id) => this.#assetChanged(id));
  }

  get isOpen() { return this.element.isConnected; }
  get hasInfo() { return this.element.classList.contains('has-info'); }

  /** @param {number} ordinal @param {{ info?: boolean }} [options] */
  async open(ordinal, { info } = {}) {
    if (this.isOpen) return this.#goTo(ordinal);
    await this.source.ensure(ordinal - 2, ordinal + 2);
    this.#cover(true);
    document.body.append(this.element);
    this.showInfo(info ?? remembersInfo(), false);
    this.#popScope = pushScope({ name: 'viewer', bindings: this.#keys() });
    this.#built = this.#build(ordinal);
    await this.#built;
    this.element.focus({ preventScroll: true });
    this.#wake();
    find('photo-first')?.remove();
  }

  /** @param {number} ordinal */
  async #build(ordinal) {
    this.#pswp = await openStage(this.frame.stage, ordinal, this.source, {
      size: () => this.#size(), changed: (at) => this.#changed(at), closing: () => this.element.classList.add('is-closing'),
      closed: () => this.#closed(), idle: () => {},
    });
    if (!this.#pswp) this.#plain(ordinal);
  }

  async close() {
    await this.#built;
    if (this.#pswp) this.#onceOpen((pswp) => pswp.close());
    else if (this.isOpen) this.#closed();
  }

  /** To the next older (1) or newer (-1) photo. @param {number} by */
  async step(by) {
    await this.#built;
    if (this.#pswp) return by > 0 !== isRtl() ? this.#pswp.next() : this.#pswp.prev();
    this.#plain(Math.max(0, Math.min(this.source.count() - 1, this.ordinal + by)));
  }

  /** @param {number} ordinal */
  async #goTo(ordinal) {
    await this.#built;
    await this.source.ensure(ordinal - 2, ordinal + 2);
    if (this.#pswp) this.#pswp.goTo(mirrored(this.source, ordinal));
    else this.#plain(ordinal);
  }

  async zoom() {
    await this.#built;
    this.#pswp?.toggleZoom();
  }

  /** @param {boolean} on @param {boolean} [remember] */
  showInfo(on, remember = true) {
    this.element.classList.toggle('has-info', on);
    this.frame.info.setAttribute('aria-pressed', String(on));
    if (remember) localStorage.setItem('kp-info', on ? 'on' : 'off');
    if (!on) this.sidebar.hide();
    else if (this.id) this.sidebar.show(this.id);
    // Its room is taken before its photo is known, or the stage would be measured without it.
    this.sidebar.element.hidden = !on;
    this.#onceOpen((pswp) => pswp.updateSize(true));
  }

  /** A key pressed while the photo still grows out of its tile waits for it: PhotoSwipe would never get done otherwise. @param {(pswp: import('photoswipe').default) => void} act */
  #onceOpen(act) {
    const pswp = this.#pswp;
    if (!pswp) return;
    if (pswp.opener.isOpen) act(pswp);
    else pswp.on('openingAnimationEnd', () => act(pswp));
  }

  async toggleFavourite() {
    const asset = await this.#asset();
    if (!asset) return;
    this.told.favourite(asset.id, !asset.favourite);
    if (!await this.assets.favourite(asset.id, !asset.favourite)) this.told.favourite(asset.id, asset.favourite);
  }

  /** @param {number} value */
  async #rate(value) {
    const asset = await this.#asset();
    if (asset) this.sidebar.rate(asset.id, value);
  }

  /** What is known of the photo shown when the key was pressed, waited for where it is still on its way. */
  async #asset() {
    await this.#built;
    const { id } = this;
    return this.assets.get(id) ?? await this.assets.load(id).catch(() => null);
  }

  /** The library has another version: the photo may stand elsewhere in it, and may have been changed. @param {number} ordinal */
  renumber(ordinal) {
    if (this.#pswp && ordinal >= 0) renumber(this.#pswp, ordinal, this.source);
    this.ordinal = ordinal >= 0 ? ordinal : this.ordinal;
    this.#showEdges();
  }

  /** @returns {import('../lib/keymap.js').Binding[]} */
  #keys() {
    const older = isRtl() ? -1 : 1;
    const rating = (/** @type {KeyboardEvent} */ event) => void this.#rate(Number(event.key));
    return [
      { keys: ['ArrowRight'], run: () => void this.step(older), label: t('key.previous-next'), show: [['←', '→']] },
      { keys: ['ArrowLeft'], run: () => void this.step(-older) },
      { keys: ['Home'], run: () => void this.#goTo(0), label: t('key.edges'), show: [['Home'], ['End']] },
      { keys: ['End'], run: () => void this.#goTo(this.source.count() - 1) },
      { keys: ['i'], run: () => this.showInfo(!this.hasInfo), label: t('key.info') },
      { keys: ['f'], run: () => void this.toggleFavourite(), label: t('key.favourite') },
      { keys: ['0', '1', '2', '3', '4', '5'], run: rating, label: t('key.rate'), show: [['0…5']] },
      { keys: ['t'], run: () => { this.showInfo(true); this.sidebar.focusTags(); }, label: t('key.tag') },
      { keys: ['z'], run: () => void this.zoom(), label: t('key.zoom') },
      { keys: ['Escape'], run: () => void this.close(), label: t('key.escape'), show: [['Esc']] },
      // The grid beneath must not move.
      { keys: ['ArrowUp', 'ArrowDown', 'g', 'd', 'D', 'm', 'M', 'y', 'Y', 'x', 'Ctrl+a'], run: () => {} },
    ];
  }

  #size() {
    const { element } = this.sidebar;
    if (!this.hasInfo) return { x: innerWidth, y: innerHeight };
    // A sheet lies over the stage, so that the photo moves into what is left above it.
    const isSheet = getComputedStyle(element).position === 'absolute';
    return isSheet ? { x: innerWidth, y: innerHeight - element.offsetHeight } : { x: innerWidth - element.offsetWidth, y: innerHeight };
  }

  /** @param {number} ordinal */
  #changed(ordinal) {
    const tile = this.source.tile(ordinal);
    this.ordinal = ordinal;
    this.#showEdges();
    void this.source.ensure(ordinal - 3, ordinal + 3).then(() => { if (this.#pswp) refresh(this.#pswp, this.source); });
    if (!tile || tile.id === this.id) return;
    this.id = tile.id;
    this.frame.caption.textContent = this.source.caption(ordinal);
    this.told.changed(ordinal, tile.id);
    announce(tile.label);
    if (this.hasInfo) this.sidebar.show(tile.id);
    for (const at of [ordinal, ordinal + 1, ordinal - 1]) {
      const near = this.source.tile(at);
      if (near) this.assets.load(near.id).catch(() => { /* the sidebar says it where it is shown */ });
    }
    this.#assetChanged(tile.id);
  }

  #showEdges() {
    this.frame.previous.hidden = this.ordinal <= 0;
    this.frame.next.hidden = this.ordinal >= this.source.count() - 1;
  }

  /** @param {string} id */
  #assetChanged(id) {
    if (!this.isOpen) return;
    this.#onceOpen((pswp) => takeSizes(pswp, this.source));
    if (id !== this.id) return;
    const asset = this.assets.get(id);
    this.frame.heart.setAttribute('aria-pressed', String(asset?.favourite ?? false));
    this.frame.heart.disabled = !asset;
    this.frame.download.href = asset?.original_url ?? `/media/${id}/original`;
    document.title = asset ? `${asset.fields.title?.value || asset.name} · K-Photos` : document.title;
  }

  /** Without PhotoSwipe: the preview as a plain picture. @param {number} ordinal */
  #plain(ordinal) {
    const tile = this.source.tile(ordinal);
    if (tile) this.frame.stage.replaceChildren(el('img', { class: 'viewer-plain', src: `/media/${tile.id}/preview${tile.key ? `?v=${tile.key}` : ''}`, alt: tile.label }));
    this.#changed(ordinal);
  }

  #closed() {
    const { ordinal } = this;
    this.#pswp = null;
    this.#popScope();
    this.sidebar.hide();
    this.element.remove();
    this.element.classList.remove('is-closing', 'is-idle');
    this.frame.stage.replaceChildren();
    this.#cover(false);
    this.id = '';
    this.told.closed(ordinal);
  }

  /** What lies beneath cannot be reached while the viewer is open; messages can. @param {boolean} on */
  #cover(on) {
    for (const part of document.body.children) {
      if (part !== this.element && !part.matches('[data-toasts], [data-announce], [data-offline]')) part.toggleAttribute('inert', on);
    }
  }

  /** Controls fade while nothing happens, but never while one of them has the focus. */
  #wake() {
    this.element.classList.remove('is-idle');
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      const busy = this.element.querySelector('.viewer-main :focus-visible, .viewer-main button:hover');
      if (!busy && !prefersCalm()) this.element.classList.add('is-idle');
    }, IDLE);
  }
}

const remembersInfo = () => localStorage.getItem('kp-info') === 'on' && innerWidth >= PUSH;
