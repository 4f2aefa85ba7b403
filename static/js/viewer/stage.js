/** PhotoSwipe, kept behind one door: slides by ordinal, thumbnail then preview then original, zoom out of the grid. */

import { el, icon, isRtl, prefersCalm } from '../lib/dom.js';
import { t } from '../lib/i18n.js';

/** The long side that a photo is taken to have until its true size is known; only the shape matters till then. */
const LONG = 4096;
const SHOWABLE = /\.(jpe?g|png|webp|gif|avif)$/i;
const TRIES = 6;

/**
 * @typedef {object} Source
 * @property {() => number} count
 * @property {(ordinal: number) => { id: string, key: string, video: boolean, made: boolean, never: boolean, label: string } | undefined} tile
 *   `made`: there are pictures of it; `never`: there never will be
 * @property {(ordinal: number) => number} ratio
 * @property {(ordinal: number) => HTMLElement | null} picture
 * @property {(id: string) => { width: number | null, height: number | null, original_url: string, name: string } | undefined} asset
 */

/** PhotoSwipe's number of a photo, and back: it knows only left to right, where the next one stands on the right. @param {Source} source @param {number} at */
export const mirrored = (source, at) => (isRtl() ? source.count() - 1 - at : at);

/** @param {{ width: number | null, height: number | null } | undefined} asset @param {number} ratio as the grid shows it */
export function sizeOf(asset, ratio) {
  const { width, height } = asset ?? {};
  if (!width || !height) return ratio >= 1 ? { width: LONG, height: Math.round(LONG / ratio) } : { width: Math.round(LONG * ratio), height: LONG };
  // The file may store the picture lying down: the grid's ratio has the orientation applied.
  const lies = Math.abs(Math.log((width / height) / ratio)) > Math.abs(Math.log((height / width) / ratio));
  return lies ? { width: height, height: width } : { width, height };
}

/** @param {{ id: string, key: string }} tile @param {'thumb' | 'preview'} what */
export const mediaUrl = ({ id, key }, what) => `/media/${id}/${what}${key ? `?v=${key}` : ''}`;

/**
 * Load PhotoSwipe only when the first photo is opened; null where it was not vendored.
 * @returns {Promise<typeof import('photoswipe').default | null>}
 */
async function loadPhotoSwipe() {
  // A variable, so that the type checker does not read the minified library.
  const address = new URL('../../vendor/photoswipe/photoswipe.js', import.meta.url).href;
  const module = await import(address).catch(() => null);
  return module?.default ?? null;
}

/**
 * @param {HTMLElement} place where the stage stands
 * @param {number} ordinal
 * @param {Source} source
 * @param {{ size: () => { x: number, y: number }, changed: (ordinal: number) => void, closing: () => void, closed: () => void, idle: (idle: boolean) => void }} told
 */
export async function openStage(place, ordinal, source, told) {
  const PhotoSwipe = await loadPhotoSwipe();
  if (!PhotoSwipe) return null;
  const pswp = new PhotoSwipe({
    index: mirrored(source, ordinal), dataSource: [], appendToEl: place, mainClass: 'kp-stage', bgOpacity: 1, loop: false, preload: isRtl() ? [2, 1] : [1, 2],
    showHideAnimationType: prefersCalm() ? 'none' : 'zoom', showAnimationDuration: 240, hideAnimationDuration: 220, zoomAnimationDuration: 220,
    getViewportSizeFn: told.size, trapFocus: false, returnFocus: false, escKey: false, arrowKeys: false,
    arrowPrev: false, arrowNext: false, zoom: false, close: false, counter: false,
    imageClickAction: 'zoom', bgClickAction: 'close', tapAction: 'toggle-controls', doubleTapAction: 'zoom', wheelToZoom: true,
    secondaryZoomLevel: (level) => Math.max(level.fit * 2.5, Math.min(1, level.fit * 4)), maxZoomLevel: (level) => Math.max(2, level.fit * 6),
    errorMsg: t('viewer.failed'),
  });
  pswp.addFilter('numItems', () => source.count());
  pswp.addFilter('itemData', (_, index) => slideData(source, mirrored(source, index)));
  // The thumbnail is there at once, for every photo and not only for the first.
  pswp.addFilter('placeholderSrc', (_, content) => content.data.msrc ?? false);
  // The types of PhotoSwipe know no missing thumbnail, its code does.
  pswp.addFilter('thumbEl', (_, __, index) => /** @type {HTMLElement} */ (source.picture(mirrored(source, index))));
  // PhotoSwipe would take every arrow key of the page, those in a text field too; our keymap knows whose they are.
  pswp.on('keydown', (event) => event.preventDefault());
  pswp.on('contentLoad', (event) => loadOther(event));
  pswp.on('zoomPanUpdate', ({ slide }) => sharpen(slide, source));
  pswp.on('loadError', ({ content }) => tryAgain(pswp, content));
  pswp.on('change', () => told.changed(mirrored(source, pswp.currIndex)));
  pswp.on('close', told.closing);
  pswp.on('destroy', told.closed);
  pswp.init();
  // The dialog is our own frame around the stage; two of them inside each other would be one too many.
  for (const name of ['role', 'aria-modal', 'aria-label']) pswp.element?.removeAttribute(name);
  for (const name of ['role', 'aria-roledescription', 'aria-live']) pswp.container?.removeAttribute(name);
  return pswp;
}

/** What a slide shows; without a type it is a picture. @param {Source} source @param {number} ordinal @returns {import('photoswipe').SlideData} */
function slideData(source, ordinal) {
  const tile = source.tile(ordinal);
  if (!tile) return { type: 'waiting', html: '', id: '', ...sizeOf(undefined, source.ratio(ordinal)) };
  const size = sizeOf(source.asset(tile.id), source.ratio(ordinal));
  const common = { id: tile.id, alt: tile.label, thumbCropped: true, ...size };
  if (tile.video) return { ...common, type: 'video', poster: tile.made ? mediaUrl(tile, 'preview') : null, original: `/media/${tile.id}/original` };
  if (tile.never) return { ...common, type: 'never' };
  if (!tile.made) return { ...common, type: 'making' };
  return { ...common, src: mediaUrl(tile, 'preview'), msrc: mediaUrl(tile, 'thumb') };
}

/** A true size came in: take it without moving what is looked at. @param {import('photoswipe').default} pswp @param {Source} source */
export function takeSizes(pswp, source) {
  for (const { slide } of pswp.mainScroll.itemHolders) {
    const ordinal = slide ? mirrored(source, slide.index) : -1;
    const tile = source.tile(ordinal);
    if (!slide || !tile || slide.data.type) continue;
    const size = sizeOf(source.asset(tile.id), source.ratio(ordinal));
    if (size.width === slide.width && size.height === slide.height) continue;
    Object.assign(slide, size);
    Object.assign(slide.content, size);
    Object.assign(slide.data, size);
    slide.resize();
  }
}

/** Photos came or went before the one shown: its slide stays, its number changes. @param {import('photoswipe').default} pswp @param {number} ordinal @param {Source} source */
export function renumber(pswp, ordinal, source) {
  const index = mirrored(source, ordinal);
  const by = index - pswp.currIndex;
  const slides = pswp.mainScroll.itemHolders.flatMap(({ slide }) => (slide ? [slide] : []));
  for (let at = pswp.currIndex - 8; at <= pswp.currIndex + 8; at++) if (!slides.some((slide) => slide.index === at)) pswp.contentLoader.removeByIndex(at);
  pswp.currIndex = pswp.potentialIndex = index;
  for (const slide of slides) slide.content.index = slide.index += by;
  refresh(pswp, source);
}

/** Slides that show something else than they should by now: another photo, or one whose picture has been made. @param {import('photoswipe').default} pswp @param {Source} source */
export function refresh(pswp, source) {
  for (const { slide } of pswp.mainScroll.itemHolders) {
    const tile = slide && source.tile(mirrored(source, slide.index));
    if (!slide || !tile) continue;
    const { id, type } = slideData(source, mirrored(source, slide.index));
    if (slide.data.id !== id || slide.data.type !== type) pswp.refreshSlideContent(slide.index);
  }
}

/** What is no picture: a video, or words about why there is none. @param {{ content: any, preventDefault: () => void }} event */
function loadOther(event) {
  const { content } = event;
  const { type } = content.data;
  if (type === 'video') content.element = el('div', { class: 'pswp__content stage-video' }, videoOf(content));
  else if (type === 'never') content.element = message('image-off', t('viewer.unshowable'));
  else if (type === 'making') content.element = message('clock', t('viewer.making'));
  else return;
  event.preventDefault();
  content.onLoaded();
}

/** @param {string} name @param {string} text */
const message = (name, text) => el('div', { class: 'pswp__content stage-message' }, icon(name, 48), el('p', {}, text));

/** @param {any} content */
function videoOf(content) {
  const video = el('video', { controls: true, playsinline: true, preload: 'metadata', poster: content.data.poster, src: content.data.original, 'aria-label': content.data.alt });
  video.muted = sessionStorage.getItem('kp-muted') === 'yes';
  video.addEventListener('volumechange', () => sessionStorage.setItem('kp-muted', video.muted ? 'yes' : 'no'));
  video.addEventListener('error', () => content.element.replaceChildren(message('film', t('viewer.unplayable'))));
  return video;
}

/** Zoomed in beyond what the preview can show, the original takes its place where the browser can draw it. @param {any} slide @param {Source} source */
function sharpen(slide, source) {
  const image = slide.content?.element;
  const asset = slide.data.id && source.asset(slide.data.id);
  if (!(image instanceof HTMLImageElement) || !asset || !image.naturalWidth || slide.content.sharpened) return;
  if (slide.currZoomLevel * slide.width * devicePixelRatio <= image.naturalWidth * 1.2 || !SHOWABLE.test(asset.name)) return;
  slide.content.sharpened = true;
  const original = new Image();
  original.src = asset.original_url;
  original.decode().then(() => { image.src = original.src; }, () => { /* the preview stays */ });
}

/** A preview that is not made yet is asked for again while the photo is looked at. @param {import('photoswipe').default} pswp @param {any} content */
function tryAgain(pswp, content) {
  const tries = (content.data.tries ?? 0) + 1;
  if (tries > TRIES) return;
  setTimeout(() => {
    if (pswp.isDestroying || content.slide?.pswp !== pswp || !content.hasSlide) return;
    content.data.tries = tries;
    content.load(true, true);
  }, 700 * tries);
}
