/** A scrolling element that behaves as if it were as tall as the library. */

import { centred, isOffCentre, runwayHeight } from './runway.js';

const CALM = 150;
const SOON = 60;
const FLING = 25;

export class Scroller {
  #base = 0;
  /** Both as the element last said: asking it makes the browser lay out the page, and every tile in the queue wants to know. */
  #top = 0;
  #screen = 0;
  #total = 0;
  #speed = 0;
  #last = { y: 0, at: 0 };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #queued = false;

  /**
   * @param {HTMLElement} element scrolls
   * @param {HTMLElement} runway inside it, holds the rows
   * @param {{ moved: () => void, calmed: () => void }} told
   */
  constructor(element, runway, told) {
    this.element = element;
    this.runway = runway;
    this.told = told;
    element.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    element.addEventListener('scrollend', () => this.#calm());
    new ResizeObserver(() => { this.#screen = element.clientHeight; }).observe(element);
  }

  /** The true height at the runway's top: what is drawn at `top` stands at `top - base`. */
  get base() { return this.#base; }
  get total() { return this.#total; }
  get y() { return this.#base + this.#top; }
  get screen() { return this.#screen; }
  /** Screens a second, without its direction. */
  get speed() { return Math.abs(this.#speed); }
  get direction() { return Math.sign(this.#speed); }
  get furthest() { return Math.max(0, this.#total - this.screen); }

  /** Take a new total height and stand at `y` of it. @param {number} total @param {number} y */
  resize(total, y) {
    this.#total = total;
    this.#screen = this.element.clientHeight;
    this.runway.style.blockSize = `${runwayHeight(total)}px`;
    this.to(y);
  }

  /** Jump; `passing` when another jump is likely to follow, as while dragging. @param {number} y @param {boolean} [passing] */
  to(y, passing = false) {
    const wanted = Math.max(0, Math.min(y, this.furthest));
    this.#base = centred(this.#total, wanted + this.screen / 2).base;
    this.#put(wanted - this.#base);
    this.#last = { y: this.y, at: 0 };
    this.#speed = passing ? Infinity : 0;
    this.told.moved();
    // The middle of the runway stays where it is in most jumps, so that no scroll event follows.
    this.#calmIn(passing ? SOON : CALM);
  }

  /** @param {number} ms */
  #calmIn(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#calm(), ms);
  }

  /** Scroll by the least that shows what stands between two heights. @param {number} top @param {number} bottom @param {number} margin */
  show(top, bottom, margin) {
    const y = this.y;
    if (top - margin < y) this.to(top - margin);
    else if (bottom + margin > y + this.screen) this.to(bottom + margin - this.screen);
  }

  #scrolled() {
    if (this.#queued) return;
    this.#queued = true;
    requestAnimationFrame((now) => {
      this.#queued = false;
      this.#top = this.element.scrollTop;
      this.#measure(now);
      if (isOffCentre({ base: this.#base, total: this.#total }, this.#top, this.screen, false)) this.#recentre();
      this.told.moved();
      // WebKit has no scrollend.
      this.#calmIn(this.speed > FLING ? SOON : CALM);
    });
  }

  /** @param {number} now */
  #measure(now) {
    const y = this.y;
    const passed = now - this.#last.at;
    if (this.#last.at && passed > 0 && passed < 500) this.#speed = ((y - this.#last.y) / Math.max(1, this.screen) / passed) * 1000;
    else this.#speed = 0;
    this.#last = { y, at: now };
  }

  #calm() {
    clearTimeout(this.#timer);
    this.#speed = 0;
    this.#top = this.element.scrollTop;
    if (isOffCentre({ base: this.#base, total: this.#total }, this.#top, this.screen, true)) this.#recentre();
    this.told.calmed();
  }

  #recentre() {
    const y = this.y;
    this.#base = centred(this.#total, y + this.screen / 2).base;
    this.#put(y - this.#base);
    this.told.moved();
  }

  /** @param {number} top which the browser may clamp or round */
  #put(top) {
    this.element.scrollTop = top;
    this.#top = this.element.scrollTop;
  }
}
