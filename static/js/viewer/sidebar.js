/** The information beside a photo: its parts in order, filled again whenever the photo changes anywhere. */

import { sentence } from '../lib/api.js';
import { el, iconButton } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { labelPart, ratingPart } from './choices.js';
import { factParts } from './facts.js';
import { tagsPart } from './tags.js';
import { takenPart } from './taken.js';
import { textPart } from './texts.js';

export class Sidebar {
  #id = '';
  /** @type {import('./parts.js').Part[]} */
  #parts = [];
  /** @type {ReturnType<typeof ratingPart> | null} */
  #rating = null;
  /** @type {ReturnType<typeof tagsPart> | null} */
  #tags = null;

  /** @param {import('./assets.js').Assets} assets @param {{ close: () => void }} told */
  constructor(assets, told) {
    this.assets = assets;
    this.body = el('div', { class: 'sidebar-body' });
    this.element = el('aside', { class: 'sidebar', hidden: true, 'aria-label': t('sidebar.label') },
      el('div', { class: 'sidebar-head' }, el('h2', {}, t('sidebar.label')), iconButton('x', t('sidebar.close'), { on: { click: told.close } })), this.body);
    assets.onChange((id) => { if (id === this.#id) this.#update(); });
  }

  /** @param {string} id */
  show(id) {
    this.element.hidden = false;
    if (id === this.#id && this.#parts.length) return;
    // What was being typed belongs to the photo before: leaving it saves it.
    if (document.activeElement instanceof HTMLElement && this.body.contains(document.activeElement)) document.activeElement.blur();
    this.#id = id;
    this.#parts = [];
    if (this.assets.get(id)) this.#build(id);
    else this.body.replaceChildren(el('p', { class: 'sidebar-note' }, t('sidebar.loading')));
    this.assets.load(id).then(() => this.#update(), (error) => {
      if (id === this.#id) this.body.replaceChildren(el('p', { class: 'sidebar-note', role: 'alert' }, t('sidebar.failed', { reason: sentence(error) })));
    });
  }

  hide() {
    if (document.activeElement instanceof HTMLElement && this.body.contains(document.activeElement)) document.activeElement.blur();
    this.element.hidden = true;
    this.#id = '';
    this.#parts = [];
    this.#rating = this.#tags = null;
    this.body.replaceChildren();
  }

  /** By key: through the part when it is there, so that it shows how the save goes. @param {string} id @param {number} value */
  rate(id, value) {
    if (this.#rating && id === this.#id) return this.#rating.choose(value);
    const asset = this.assets.get(id);
    if (asset?.can_edit) void this.assets.edit(id, [{ field: 'rating', op: 'set', value }], { label: t('field.rating') });
  }

  focusTags() {
    this.#tags?.focus();
  }

  /** @param {string} id */
  #build(id) {
    /** @type {import('./parts.js').Context} */
    const context = {
      asset: () => /** @type {import('./assets.js').Asset} */ (this.assets.get(id)),
      save: (changes, about) => this.assets.edit(id, changes, about),
    };
    this.#rating = ratingPart(context);
    this.#tags = tagsPart(context);
    const note = el('p', { class: 'sidebar-note', hidden: true }, t('sidebar.read-only'));
    const review = el('p', { class: 'sidebar-note', hidden: true }, el('a', { href: `/conflicts/${id}` }, t('sidebar.review')));
    this.#parts = [
      { element: note, update: (asset) => { note.hidden = asset.can_edit; } },
      { element: review, update: (asset) => { review.hidden = !asset.can_edit || !Object.values(asset.fields).some(({ conflict }) => conflict); } },
      textPart(context, 'title'), textPart(context, 'description'), this.#rating, labelPart(context), this.#tags, takenPart(context), ...factParts(context),
    ];
    this.body.replaceChildren(...this.#parts.map((part) => part.element));
    this.body.scrollTop = 0;
  }

  #update() {
    const asset = this.assets.get(this.#id);
    if (!asset) return;
    if (!this.#parts.length) this.#build(this.#id);
    for (const part of this.#parts) part.update(asset);
  }
}
