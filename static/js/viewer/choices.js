/** Rating and colour label: native radio groups, so that arrow keys work and the state is said. */

import { el, icon } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { Block } from './parts.js';
import { fieldRow } from './table.js';

/** Arrow keys run through the values; only where they rest is saved. */
const REST = 250;

/**
 * @template V
 * @param {import('./parts.js').Context} context
 * @param {string} name of the field
 * @param {{ value: V, text: string, face: Node | string, kind: string }[]} options
 * @param {(value: V) => import('./assets.js').Change} change
 * @returns {import('./parts.js').Part & { choose: (value: V) => void }}
 */
function radioPart(context, name, options, change) {
  const { label } = fieldRow(name);
  const block = new Block(label, { id: `label-${name}` });
  const text = el('span', { class: 'choice-text' });
  const group = el('div', { class: `choices choices-${name}`, role: 'radiogroup', 'aria-labelledby': `label-${name}` });
  const radios = options.map(({ value, text: say, face, kind }) => {
    const radio = el('input', { type: 'radio', name: `choice-${name}`, value: String(value), 'aria-label': say });
    group.append(el('label', { class: `choice choice-${kind}`, title: say, data: { value: String(value) } }, radio, el('span', {}, face)));
    radio.addEventListener('change', () => choose(value, REST));
    return radio;
  });
  block.body.append(group, text);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let waiting = false;

  /** @param {V} value */
  function show(value) {
    const at = options.findIndex((option) => option.value === value);
    radios.forEach((radio, i) => { radio.checked = i === at; });
    group.dataset.value = String(value);
    text.textContent = options[at]?.text ?? '';
  }

  /** @param {V} value @param {number} [rest] */
  function choose(value, rest = 0) {
    const seen = context.asset().fields[name]?.dots ?? [];
    show(value);
    waiting = true;
    clearTimeout(timer);
    timer = setTimeout(() => {
      waiting = false;
      const say = (/** @type {any} */ said) => options.find((option) => option.value === said)?.text ?? String(said);
      void block.follow(context.save([change(value)], { label, seen, show: say }));
    }, rest);
  }

  return {
    element: block.element,
    choose,
    update(asset) {
      block.about(asset.fields[name]);
      for (const radio of radios) radio.disabled = !asset.can_edit;
      if (!waiting) show(/** @type {V} */ (asset.fields[name]?.value ?? options[0].value));
    },
  };
}

/** @param {import('./parts.js').Context} context */
export function ratingPart(context) {
  const { lowest, highest } = fieldRow('rating');
  const stars = Array.from({ length: highest }, (_, i) => i + 1).map((n) => ({ value: n, text: t('field.rating.stars', { n }), face: icon('star', 24), kind: 'star' }));
  const reject = { value: lowest, text: t('field.rating.reject'), face: icon('ban'), kind: 'reject' };
  return radioPart(context, 'rating', [
    { value: 0, text: t('field.rating.none'), face: icon('star-off'), kind: 'none' }, ...stars, ...(lowest < 0 ? [reject] : []),
  ], (value) => ({ field: 'rating', op: 'set', value }));
}

/** @param {import('./parts.js').Context} context */
export function labelPart(context) {
  const colours = fieldRow('label').choices.map((value) => ({ value, text: t(`field.label.${value}`), face: icon('check', 16), kind: `colour colour-${value.toLowerCase()}` }));
  return radioPart(context, 'label', [{ value: '', text: t('field.label.none'), face: icon('x', 16), kind: 'colour colour-none' }, ...colours],
    (value) => (value ? { field: 'label', op: 'set', value } : { field: 'label', op: 'clear' }));
}
