/** The date scrubber: years and months along the whole library, to drag, click, wheel or step with keys. */

import { el } from '../lib/dom.js';
import { monthLabel, t } from '../lib/i18n.js';
import { lastAtMost } from './protocol.js';
import { marksFor, monthsOf } from './marks.js';

/** Pulled this far sideways, the pointer moves finely. */
const FINE = 60;

export class Scrubber {
  /** @type {import('./marks.js').Month[]} */
  #months = [];
  #heights = new Float64Array();
  #total = 1;
  /** @type {{ y: number, at: number } | null} */
  #drag = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {HTMLElement} element
   * @param {{ to: (y: number) => void, step: (unit: 'day' | 'month' | 'year', by: number) => void, edge: (end: boolean) => void }} go
   */
  constructor(element, go) {
    this.element = element;
    this.go = go;
    this.marks = el('div', { class: 'scrubber-marks', 'aria-hidden': 'true' });
    this.thumb = el('div', { class: 'scrubber-thumb', 'aria-hidden': 'true' });
    this.tip = el('div', { class: 'scrubber-tip', 'aria-hidden': 'true' });
    element.append(this.marks, this.thumb, this.tip);
    for (const [name, value] of Object.entries({ role: 'slider', tabindex: '0', 'aria-orientation': 'vertical', 'aria-label': t('scrubber.label'), 'aria-valuemin': '0' })) {
      element.setAttribute(name, value);
    }
    element.addEventListener('pointerdown', (event) => this.#down(event));
    element.addEventListener('pointermove', (event) => this.#move(event));
    for (const end of ['pointerup', 'pointercancel']) element.addEventListener(end, () => this.#up());
    element.addEventListener('pointerleave', () => { if (!this.#drag) this.#hideTip(); });
    element.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    element.addEventListener('keydown', (event) => this.#key(event));
    new ResizeObserver(() => this.#paint()).observe(element);
  }

  /** @param {Int32Array} days @param {(section: number) => number} topOf @param {number} total */
  take(days, topOf, total) {
    this.#months = monthsOf(days, topOf);
    this.#heights = Float64Array.from(this.#months, (month) => month.y);
    this.#total = total;
    this.element.hidden = this.#months.length === 0;
    this.element.setAttribute('aria-valuemax', String(Math.max(0, this.#months.length - 1)));
    this.#paint();
  }

  /** Where the timeline stands now. @param {number} y @param {boolean} fast */
  follow(y, fast) {
    if (!this.#months.length) return;
    const month = this.#monthAt(y);
    this.element.setAttribute('aria-valuenow', String(month));
    this.element.setAttribute('aria-valuetext', monthLabel(this.#months[month].day));
    const at = (y / this.#total) * this.#track;
    this.thumb.style.transform = `translateY(${Math.round(at)}px)`;
    if (this.#drag) return;
    this.wake();
    if (fast) this.#showTip(at, y);
  }

  /** Visible for a while, where it hides when nothing moves. */
  wake() {
    this.element.classList.add('is-awake');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#drag) return;
      this.element.classList.remove('is-awake');
      if (!this.element.matches(':hover')) this.#hideTip();
    }, 1200);
  }

  /** Its height, asked of the element only when that changes. */
  #track = 0;

  /** @param {number} y */
  #monthAt(y) { return lastAtMost(this.#heights, y + 1); }

  #paint() {
    this.#track = this.element.clientHeight;
    const { labels, dots } = marksFor(this.#months, this.#total, this.#track);
    this.marks.replaceChildren(
      ...labels.map(({ year, y }) => at(el('span', { class: 'scrubber-year' }, String(year)), y)),
      ...dots.map((y) => at(el('i', {}), y)),
    );
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button) return;
    event.preventDefault();
    this.element.focus({ preventScroll: true });
    this.element.setPointerCapture(event.pointerId);
    this.element.classList.add('is-dragged');
    const place = this.#within(event);
    this.#drag = { y: event.clientY, at: place };
    this.#jump(place);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (!this.#drag) {
      const place = this.#within(event);
      if (event.pointerType === 'mouse') this.#showTip(place, (place / this.#track) * this.#total);
      return;
    }
    const box = this.element.getBoundingClientRect();
    const away = Math.max(0, Math.abs(event.clientX - (box.left + box.width / 2)) - FINE);
    const by = (event.clientY - this.#drag.y) / (1 + away / 20);
    this.#drag = { y: event.clientY, at: Math.max(0, Math.min(this.#track, this.#drag.at + by)) };
    this.#jump(this.#drag.at);
  }

  #up() {
    if (!this.#drag) return;
    this.#drag = null;
    this.element.classList.remove('is-dragged');
    this.#hideTip();
  }

  /** @param {number} place */
  #jump(place) {
    const y = (place / Math.max(1, this.#track)) * this.#total;
    this.#showTip(place, y);
    this.go.to(y);
  }

  /** @param {PointerEvent} event */
  #within(event) {
    return Math.max(0, Math.min(this.#track, event.clientY - this.element.getBoundingClientRect().top));
  }

  /** @param {number} place @param {number} y */
  #showTip(place, y) {
    if (!this.#months.length) return;
    this.tip.textContent = monthLabel(this.#months[this.#monthAt(y)].day);
    this.tip.style.transform = `translateY(${Math.round(Math.max(16, Math.min(this.#track - 16, place)))}px)`;
    this.tip.classList.add('is-shown');
  }

  #hideTip() {
    this.tip.classList.remove('is-shown');
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    this.go.step('day', Math.sign(event.deltaY));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    /** @type {Record<string, () => void>} */
    const steps = {
      ArrowDown: () => this.go.step('month', 1), ArrowRight: () => this.go.step('month', 1),
      ArrowUp: () => this.go.step('month', -1), ArrowLeft: () => this.go.step('month', -1),
      PageDown: () => this.go.step('year', 1), PageUp: () => this.go.step('year', -1),
      Home: () => this.go.edge(false), End: () => this.go.edge(true),
    };
    const step = steps[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    step();
  }
}

/** @param {HTMLElement} mark @param {number} y */
function at(mark, y) {
  mark.style.insetBlockStart = `${y}px`;
  return mark;
}
