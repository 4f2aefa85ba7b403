/** Making and finding elements: the few lines that a framework would be used for. */

const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {Node | string | null | undefined | false} Child */
/** @typedef {Record<string, unknown>} Props `on` holds listeners, `data` data attributes; booleans toggle, the rest are attributes. */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(element, name, value);
  element.append(...children.filter((child) => child || child === '').map((child) => /** @type {Node | string} */ (child)));
  return element;
}

/** @param {Element} element @param {string} name @param {unknown} value */
function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === 'on') {
    for (const [event, listener] of Object.entries(/** @type {Record<string, EventListener>} */ (value))) element.addEventListener(event, listener);
  } else if (name === 'data') {
    for (const [key, text] of Object.entries(/** @type {Record<string, string>} */ (value))) /** @type {HTMLElement} */ (element).dataset[key] = text;
  } else if (value === true) element.setAttribute(name, '');
  else element.setAttribute(name, String(value));
}

/**
 * A Lucide icon of the vendored sprite; decorative, so its control carries the name.
 * @param {string} name
 * @param {number} [size]
 */
export function icon(name, size = 20) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('width', String(size));
  svg.setAttribute('height', String(size));
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `${meta('icons')}#${name}`);
  svg.append(use);
  return svg;
}

/** A round button with an icon; its label is its name and its tooltip. @param {string} name @param {string} label @param {Props} [props] */
export const iconButton = (name, label, props = {}) =>
  el('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, ...props }, icon(name, 24));

/** @param {string} name */
export const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.getAttribute('content') ?? '';

/**
 * The element that a `data-` hook names; a page without it does not get what hangs on it.
 * @param {string} hook
 * @param {ParentNode} [root]
 * @returns {HTMLElement | null}
 */
export const find = (hook, root = document) => root.querySelector(`[data-${hook}]`);

/** @param {string} name */
export const cookie = (name) =>
  (globalThis.document?.cookie ?? '').split('; ').find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';

/** A year's cookie that only says how the page looks; the server reads it so that nothing flashes. @param {string} name @param {string} value */
export function remember(name, value) {
  document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax`;
}

/** Say something to a screen reader without showing it. @param {string} text */
export function announce(text) {
  const region = find('announce');
  if (region) region.textContent = text;
}

export const isRtl = () => document.documentElement.dir === 'rtl';
export const prefersCalm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Is the person typing here, so that letters are letters? @param {EventTarget | null} target */
export function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button', 'submit'].includes(target.type);
}
