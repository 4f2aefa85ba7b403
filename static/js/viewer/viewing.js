/** The viewer on the timeline's page: opened from a tile or an address, in step with Back, giving back place and focus. */

import { sentence } from '../lib/api.js';
import { find } from '../lib/dom.js';
import { momentLabel, t } from '../lib/i18n.js';
import { failed } from '../lib/toast.js';
import { Assets } from './assets.js';
import { Viewer } from './viewer.js';

const [VIDEO, HAS_THUMB] = [2, 128];

/** @typedef {{ id: string, key: string, second: number | null, flags: number }} Tile */

/**
 * What the viewer needs of the timeline it stands on.
 * @typedef {object} Timeline
 * @property {number} count
 * @property {(ordinal: number) => Tile | undefined} tile
 * @property {(tile: Tile) => boolean} isUnshowable
 * @property {(ordinal: number) => number} ratio
 * @property {(ordinal: number) => number | null} day
 * @property {(from: number, to?: number) => Promise<void>} ensure
 * @property {(id: string, day: number | null, guess?: number) => Promise<number>} locate
 * @property {(ordinal: number) => HTMLElement | null} picture
 * @property {(ordinal: number, focus?: boolean) => void} reveal
 * @property {(ordinal: number, on: boolean) => void} showFavourite
 * @property {(listener: () => void) => unknown} onChange
 */

/** The day of a capture time, as the timeline counts; null without one. @param {string | undefined} local */
export function dayOfLocal(local) {
  const day = local ? Math.floor(Date.parse(`${local.slice(0, 10).padEnd(7, '-01').padEnd(10, '-01')}T00:00:00Z`) / 86_400_000) : NaN;
  return Number.isNaN(day) ? null : day;
}

/** @param {Timeline} timeline */
export function startViewing(timeline) {
  const assets = new Assets();
  const title = document.title;
  let pushed = false;

  const caption = (/** @type {number} */ ordinal) => {
    const day = timeline.day(ordinal);
    return day === null ? t('field.taken.none') : momentLabel(day, timeline.tile(ordinal)?.second ?? null);
  };
  const source = {
    count: () => timeline.count,
    tile: (/** @type {number} */ ordinal) => {
      const tile = timeline.tile(ordinal);
      return tile && { id: tile.id, key: tile.key, video: Boolean(tile.flags & VIDEO), made: Boolean(tile.flags & HAS_THUMB), never: timeline.isUnshowable(tile), label: caption(ordinal) };
    },
    ratio: (/** @type {number} */ ordinal) => timeline.ratio(ordinal),
    picture: (/** @type {number} */ ordinal) => timeline.picture(ordinal),
    ensure: (/** @type {number} */ from, /** @type {number} */ to = from) => timeline.ensure(from, to),
    asset: (/** @type {string} */ id) => assets.get(id),
    caption,
  };
  const viewer = new Viewer(source, assets, { changed, closed, favourite });

  /** The asset of a tile, for an act upon it in the grid. @param {number} ordinal */
  async function assetAt(ordinal) {
    const tile = timeline.tile(ordinal);
    if (!tile) return null;
    try {
      // What the grid was told of, another program may have changed since.
      return await assets.load(tile.id, true);
    } catch (error) {
      failed(sentence(error));
      return null;
    }
  }

  /** @param {number} ordinal @param {string} id */
  function changed(ordinal, id) {
    const url = `/photo/${id}`;
    if (location.pathname.startsWith('/photo/')) history.replaceState(history.state, '', url);
    else {
      history.pushState({ ...history.state, viewer: true }, '', url);
      pushed = true;
    }
    // The grid goes along beneath, so that the photo shrinks into its own tile.
    timeline.reveal(ordinal, false);
  }

  /** @param {number} ordinal */
  function closed(ordinal) {
    document.title = title;
    if (location.pathname.startsWith('/photo/')) {
      if (pushed) history.back();
      else history.replaceState({}, '', '/');
    }
    pushed = false;
    timeline.reveal(ordinal);
  }

  /** @param {string} id @param {boolean} on */
  function favourite(id, on) {
    if (viewer.id === id) timeline.showFavourite(viewer.ordinal, on);
  }

  addEventListener('popstate', () => {
    const id = idOfAddress();
    if (!id && viewer.isOpen) void viewer.close();
    else if (id && !viewer.isOpen) void fromAddress();
  });

  timeline.onChange(() => {
    if (!viewer.isOpen) return;
    const { id, ordinal } = viewer;
    // Another program may have edited the very photo that is looked at.
    assets.load(id, true).then(async (asset) => {
      const found = await timeline.locate(id, dayOfLocal(asset.fields.taken?.value?.local), ordinal);
      if (viewer.id === id) viewer.renumber(found);
    }, (error) => { if (error.status === 404) failed(t('viewer.gone')); });
  });

  async function fromAddress() {
    const id = idOfAddress();
    if (!id) return;
    try {
      const asset = await assets.load(id);
      const ordinal = await timeline.locate(id, dayOfLocal(asset.fields.taken?.value?.local));
      if (ordinal < 0) throw new Error('not in this view');
      timeline.reveal(ordinal, false);
      await viewer.open(ordinal);
    } catch {
      find('photo-first')?.remove();
      history.replaceState({}, '', '/');
      failed(t('viewer.gone'));
    }
  }

  return {
    /** @param {number} ordinal @param {{ info?: boolean }} [options] */
    open: (ordinal, options) => void viewer.open(ordinal, options),
    /** @param {number} ordinal */
    async favourite(ordinal) {
      const asset = await assetAt(ordinal);
      if (!asset) return;
      const on = !asset.favourite;
      timeline.showFavourite(ordinal, on);
      if (!await assets.favourite(asset.id, on)) timeline.showFavourite(ordinal, !on);
    },
    /** @param {number} ordinal @param {number} value */
    async rate(ordinal, value) {
      const asset = await assetAt(ordinal);
      if (asset) await assets.edit(asset.id, [{ field: 'rating', op: 'set', value }], { label: t('field.rating') });
    },
    fromAddress,
  };
}

const idOfAddress = () => /^\/photo\/([0-9a-f]{32})$/.exec(location.pathname)?.[1] ?? '';
