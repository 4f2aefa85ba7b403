/** What is shown and not edited here: camera, file, position, people, sidecars, problems, history. */

import { el, icon } from '../lib/dom.js';
import { ago, bytes, decimal, t } from '../lib/i18n.js';
import { shown } from './parts.js';
import { fieldRow } from './table.js';
import { takingBack } from './history.js';
import { momentText } from './taken.js';

/** @typedef {import('./parts.js').Asset} Asset @typedef {import('./parts.js').Part} Part */

/** "1/250 s", "2.5 s". @param {number} seconds */
export const exposureText = (seconds) => (seconds >= 0.4 ? `${decimal(seconds, 1)} s` : `1/${Math.round(1 / seconds)} s`);

/** Make and model without saying the make twice. @param {string | undefined} make @param {string | undefined} model */
export function cameraText(make, model) {
  const [first] = (make ?? '').split(' ');
  if (!model) return make ?? '';
  return first && !model.toLowerCase().startsWith(first.toLowerCase()) ? `${make} ${model}` : model;
}

/** "60.39458° N, 5.325° E". @param {{ lat: number, lon: number }} gps */
export const positionText = ({ lat, lon }) => `${decimal(Math.abs(lat), 5)}° ${lat < 0 ? 'S' : 'N'}, ${decimal(Math.abs(lon), 5)}° ${lon < 0 ? 'W' : 'E'}`;

/** The milliseconds of a dot's or a history entry's time: nine base-36 characters. @param {string | null | undefined} at */
export const timeOf = (at) => (at && /^[0-9a-z]{9}/.test(at) ? parseInt(at.slice(0, 9), 36) : NaN);

/** @param {import('./parts.js').Context} context @returns {Part[]} */
export function factParts(context) {
  return [
    shown(t('field.people'), ({ fields }) => chips(fields.people?.value ?? []), 'people'),
    shown(t('field.camera'), cameraLines),
    shown(t('field.gps'), positionLines, 'gps'),
    shown(t('field.place'), ({ fields: { place } }) => lines(Object.values(place?.value ?? {}).filter(Boolean).join(', ')), 'place'),
    shown(t('field.creator'), ({ fields: { creator } }) => lines((creator?.value ?? []).join(', ')), 'creator'),
    shown(t('field.copyright'), ({ fields: { copyright } }) => lines(copyright?.value ?? ''), 'copyright'),
    shown(t('field.file'), fileLines),
    shown(t('field.sidecars'), sidecarLines),
    shown(t('field.problems'), ({ problems }) => (problems ?? []).map((problem) => line('triangle-alert', problem.reason, problem.kept ?? ''))),
    historyPart(context),
  ];
}

/** @param {...(string | undefined | null | false)} texts */
const lines = (...texts) => texts.filter((text) => typeof text === 'string' && text).map((text) => el('p', {}, text || ''));

/** Where a narrow line may break a path: after a "/", before a ".". @param {string} path */
export const pathParts = (path) => path.split(/(?<=\/)(?=.)|(?<=[^/.])(?=\.)/);

/** @param {string} path */
const breakable = (path) => pathParts(path).flatMap((part, at) => (at ? [el('wbr'), part] : [part]));

/** @param {string[]} names */
const chips = (names) => (names.length ? [el('ul', { class: 'chips' }, ...names.map((name) => el('li', { class: 'chip' }, name)))] : []);

/** @param {string} name of its icon @param {string} first @param {string} second */
const line = (name, first, second) => el('div', { class: 'fact' }, icon(name), el('div', {}, ...lines(first), second && el('small', {}, second)));

/** @param {Asset} asset */
function cameraLines({ camera = {}, exposure = {} }) {
  const name = cameraText(camera.make, camera.model);
  const { f_number: aperture, exposure_time: time, focal_length: focal, iso } = exposure;
  const how = [aperture && `ƒ/${decimal(aperture, 1)}`, time && exposureText(time), focal && `${decimal(focal, 1)} mm`, iso && `ISO ${decimal(iso, 0)}`].filter(Boolean).join(' · ');
  const second = [camera.lens, how].filter(Boolean);
  if (!name && !second.length) return [];
  return [el('div', { class: 'fact' }, icon('camera'), el('div', {}, ...lines(name), ...second.map((text) => el('small', {}, text))))];
}

/** @param {Asset} asset */
function positionLines({ fields }) {
  const gps = fields.gps?.value;
  if (!gps) return [];
  const height = typeof gps.alt === 'number' ? t('field.gps.altitude', { n: decimal(gps.alt, 0) }) : '';
  return [line('map-pin', positionText(gps), height)];
}

/** @param {Asset} asset */
function fileLines({ name, path, width, height, size }) {
  const known = width && height;
  const about = known ? t('field.size', { width: decimal(width, 0), height: decimal(height, 0), megapixels: decimal((width * height) / 1e6, 1), bytes: bytes(size) }) : size ? bytes(size) : '';
  const folder = path.slice(0, -name.length).replace(/\/$/, '');
  return [el('div', { class: 'fact' }, icon('file-image'), el('div', {}, el('p', {}, ...breakable(name)), about && el('small', { class: 'tabular' }, about), folder && el('small', {}, ...breakable(folder))))];
}

/** @param {Asset} asset */
function sidecarLines({ sidecars, pending }) {
  if (!sidecars?.length) return [line('file-text', t('field.sidecars.none'), '')];
  const names = sidecars.map((path) => el('small', {}, ...breakable(path.split('/').at(-1) ?? '')));
  const state = t(pending ? 'field.sidecars.pending' : 'field.sidecars.synced');
  return [el('div', { class: 'fact' }, icon(pending ? 'clock' : 'circle-check'), el('div', {}, ...lines(state), ...names))];
}

/** @param {import('./parts.js').Context} context @returns {Part} */
function historyPart(context) {
  const list = el('ul', { class: 'history' });
  const element = el('details', { class: 'part' }, el('summary', { class: 'part-label' }, t('field.history')), list);
  return {
    element,
    update(asset) {
      const { history = [] } = asset;
      element.hidden = !history.length;
      list.replaceChildren(...history.slice(0, 100).map((told) => entry(told, takeBackButton(context, asset, told))));
    },
  };
}

/** One line of history. A set's entry names its element: "tags/Places/Paris" came (true) or went. @param {import('./assets.js').Entry} entry */
export function entryText({ field, from, to, note }) {
  const slash = field.indexOf('/');
  const { label: name } = fieldRow(slash < 0 ? field : field.slice(0, slash));
  if (note) return field === '*' ? note : t('field.history.repaired', { field: name, note });
  if (slash >= 0) {
    // Of the favourites the element is an account, and only one's own are told.
    const element = field.startsWith('favourites/') ? '' : field.slice(slash + 1);
    return t(`field.history.element.${to ? 'added' : 'removed'}`, { what: element ? `${name}: ${element}` : name });
  }
  const [before, after] = [valueText(from), valueText(to)];
  // Whoever dismisses what a tool put back says once more what stands.
  if (after && before === after) return t('field.history.kept', { field: name, to: after });
  return t(!after ? 'field.history.cleared' : before ? 'field.history.entry' : 'field.history.set', { field: name, from: before, to: after });
}

/** Only where the value still stands; whoever edits it meanwhile is not overruled. @param {import('./parts.js').Context} context @param {Asset} asset @param {import('./assets.js').Entry} told */
function takeBackButton(context, asset, told) {
  const change = takingBack(asset, told);
  if (!change) return null;
  const what = entryText(told);
  const run = () => void context.save([change], { label: fieldRow(change.field).label, show: valueText });
  return el('button', { type: 'button', class: 'take-back', 'aria-label': t('field.history.take-back.of', { what }), on: { click: run } }, t('field.history.take-back'));
}

/** @param {import('./assets.js').Entry} told @param {HTMLElement | null} button */
function entry(told, button) {
  const when = timeOf(told.at);
  const who = told.by || told.via || t('source.tool.unknown');
  const by = Number.isNaN(when) ? who : t('field.history.by', { who, when: ago(when) });
  return el('li', {}, el('span', {}, entryText(told)), el('small', {}, told.bulk ? t('field.history.bulk', { by }) : by), button);
}

/** Any field's value on one line. @param {any} value @returns {string} */
export function valueText(value) {
  if (value === null || value === undefined || value === '') return '';
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  if (typeof value === 'object') {
    if ('local' in value) return momentText(value);
    if ('lat' in value) return positionText(value);
    return Object.values(value).map(valueText).filter(Boolean).join(', ');
  }
  return String(value);
}
